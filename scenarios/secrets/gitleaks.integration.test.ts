/**
 * gitleaks' own file of rules in our engine, beside gitleaks with it: on the same texts both must find a secret in the same ones. A text
 * in which they differ is named by why, or the test fails.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { shippedSecretRules } from '../../packages/platform/src/detection/secrets/index.ts';
import { readSecretRules } from '../../packages/platform/src/detection/secrets/rule-file.ts';
import { SecretSearch } from '../../packages/platform/src/detection/secrets/secret-search.ts';
import { hardNegatives, plantedSecrets } from './planted.ts';

const run = promisify(execFile);

function peer(variable: string): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run peers/gitleaks/install`);
  return path;
}

test('the rules of gitleaks load, and find what gitleaks finds', async () => {
  const rulesFile = peer('FIREBREAK_GITLEAKS_RULES');
  const rules = readSecretRules('gitleaks.toml', await readFile(rulesFile, 'utf8'));
  expect(rules.rules.length).toBe(221);
  expect(rules.problems.map(({ reason }) => reason)).toEqual([expect.stringContaining('pkcs12-file')]);

  const search = new SecretSearch(rules);
  const texts = [...plantedSecrets(shippedSecretRules().rules, 6, 31), ...hardNegatives(360, 32)].map(
    ({ text }) => text,
  );
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-gitleaks-'));
  try {
    for (const [index, text] of texts.entries()) await writeFile(join(folder, `${index}.txt`), text);
    const report = join(folder, 'report.json');
    const argv = ['dir', folder, '--config', rulesFile, '--max-decode-depth', '0', '--no-banner', '--exit-code', '0'];
    await run(peer('FIREBREAK_GITLEAKS'), [...argv, '--report-format', 'json', '--report-path', report]);
    const reported = JSON.parse(await readFile(report, 'utf8')) as { File: string }[];
    const theirs = new Set(reported.map(({ File }) => Number(/(\d+)\.txt$/.exec(File)?.[1])));
    const ours = new Set(
      texts.flatMap((text, index) => (search.find(text, `${index}.txt`).found.length > 0 ? [index] : [])),
    );
    const onlyOurs = [...ours].filter((index) => !theirs.has(index));
    const onlyTheirs = [...theirs].filter((index) => !ours.has(index));
    console.log(
      `${texts.length} texts: ${ours.size} by ours, ${theirs.size} by gitleaks; ${onlyOurs.length} only by ours, ${onlyTheirs.length} only by gitleaks`,
    );
    expect(onlyTheirs.map((index) => texts[index])).toEqual([]);
    expect(onlyOurs.map((index) => texts[index])).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
