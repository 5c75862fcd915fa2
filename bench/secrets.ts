/**
 * Secrets in text: megabytes a second on one core over documentation and mails with a planted secret every 20 kB, beside secretlint's
 * recommended preset in the same process and gitleaks (Go, its own configuration, several threads) on the same bytes; and what each
 * finds of the planted ones.
 *
 *     node bench/secrets.ts [--megabytes 4] [--runs 5]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Secretlint } from '../packages/platform/src/cli/secretlint/secretlint.ts';
import { shippedSecretRules } from '../packages/platform/src/detection/secrets/index.ts';
import { readSecretRules } from '../packages/platform/src/detection/secrets/rule-file.ts';
import { SecretSearch } from '../packages/platform/src/detection/secrets/secret-search.ts';
import { plantedSecrets } from '../scenarios/secrets/planted.ts';
import { mediansInTurns, printTable, times } from './measure.ts';
import { documentation } from './prompt-texts/corpora.ts';
import { dataText } from './prompt-texts/data.ts';
import { seeded } from './random.ts';

const { values: options } = parseArgs({
  options: { megabytes: { type: 'string', default: '4' }, runs: { type: 'string', default: '5' } },
});
const random = seeded(5);
const rules = shippedSecretRules();
const planted = plantedSecrets(rules.rules, 20, 11);
const plain = [
  ...documentation('train'),
  ...documentation('test'),
  ...Array.from({ length: 1000 }, () => dataText(random)),
];

/** Texts of about 20 kB, a secret in each. */
const texts: { readonly text: string; readonly start: number; readonly end: number }[] = [];
const wanted = Number(options.megabytes) * 1e6;
for (let size = 0, next = 0; size < wanted; ) {
  let text = '';
  while (text.length < 20_000) {
    text += `${plain[next % plain.length]}\n\n`;
    next += 7;
  }
  const secret = planted[Math.floor(random() * planted.length)];
  if (secret === undefined) throw new Error('Nothing is planted.');
  texts.push({ text: text + secret.text, start: text.length + secret.start, end: text.length + secret.end });
  size += text.length + secret.text.length;
}
const megabytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1e6;

const peer = Object.fromEntries(
  execFileSync(new URL('../peers/gitleaks/install', import.meta.url).pathname, { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);
const [gitleaks = '', gitleaksRules = ''] = [peer.FIREBREAK_GITLEAKS, peer.FIREBREAK_GITLEAKS_RULES];
const folder = mkdtempSync(join(tmpdir(), 'firebreak-secrets-'));
for (const [index, { text }] of texts.entries()) writeFileSync(join(folder, `${index}.txt`), text);

const own = new SecretSearch(rules);
const theirs = new SecretSearch(readSecretRules('gitleaks.toml', readFileSync(gitleaksRules, 'utf8')));
const secretlint = new Secretlint();
const hit = { own: 0, theirs: 0, secretlint: 0 };
for (const { text, start, end } of texts) {
  const has = (found: readonly { readonly start: number; readonly end: number }[]) =>
    Number(found.some((each) => each.start < end && start < each.end));
  hit.own += has(own.find(text).found);
  hit.theirs += has(theirs.find(text).found);
  hit.secretlint += has((await secretlint.find(text, 'prompt.txt')).found);
}
const medians = await mediansInTurns(Number(options.runs), {
  own: () => texts.forEach(({ text }) => void own.find(text)),
  theirs: () => texts.forEach(({ text }) => void theirs.find(text)),
  secretlint: async () => {
    for (const { text } of texts) await secretlint.find(text, 'prompt.txt');
  },
  gitleaks: () => {
    const { status } = spawnSync(gitleaks, ['dir', folder, '--no-banner', '--exit-code', '0', '--log-level', 'error'], {
      env: { ...process.env, GOMAXPROCS: '1' },
    });
    if (status !== 0) throw new Error(`gitleaks ended with ${status}`);
  },
});
const report = join(folder, 'report.json');
spawnSync(gitleaks, [
  'dir',
  folder,
  '--no-banner',
  '--exit-code',
  '0',
  '--report-format',
  'json',
  '--report-path',
  report,
]);
const reported = JSON.parse(readFileSync(report, 'utf8')) as { File: string; Secret: string }[];
const byGitleaks = texts.filter(({ text, start, end }, index) =>
  reported.some(({ File, Secret }) => File.endsWith(`/${index}.txt`) && text.slice(start, end).includes(Secret)),
).length;
await secretlint.close();
rmSync(folder, { recursive: true });

console.log(`${texts.length} texts, ${megabytes.toFixed(1)} MB, one secret in each\n`);
const row = (name: string, milliseconds: number, found: number) => [
  name,
  (megabytes / (milliseconds / 1000)).toFixed(1),
  times(milliseconds / medians.own),
  `${found} of ${texts.length}`,
];
printTable(
  ['one core', 'MB a second', 'time to ours', 'planted found'],
  [
    row(`ours, ${rules.rules.length} rules`, medians.own, hit.own),
    row('ours, with the rules of gitleaks', medians.theirs, hit.theirs),
    row('secretlint, recommended preset, its thread', medians.secretlint, hit.secretlint),
    row('gitleaks, its rules, with its start', medians.gitleaks, byGitleaks),
  ],
);
