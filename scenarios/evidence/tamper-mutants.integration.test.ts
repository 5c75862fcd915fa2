/**
 * Whether the tamper tests would notice. For each class of tampering the code that catches it is taken out of a copy of the
 * ledger, and `tamper-classes.test.ts` is run on that copy: it must fail, and it must pass on a copy that is as it should be.
 *
 * Where one forgery is caught by two layers, both are taken out: one of them alone still catches it, which is the point of two.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const ledger = 'packages/platform/src/ledger';
const verifier = 'evidence-verify.ts';
const others = 'second-parties.ts';
const witness = 'witness/witness.ts';

type Edit = readonly [file: string, from: string, to: string];

const mutants: readonly (readonly [tampering: string, without: string, ...edits: Edit[]])[] = [
  [
    'tail truncation',
    'the number that the last entry states, and that it ends the tree',
    [
      verifier,
      'const stated = end?.kind === exportedKind ? end.body.entries : undefined;',
      'const stated: unknown = this.#entries; void end;',
    ],
    [verifier, 'else if (this.#checkpoint?.size !== this.#lastIndex + 1) {', 'else if (false) {'],
  ],
  [
    'tail truncation',
    'that a witness sees a log only grow',
    [witness, 'if (!verifyConsistency(claim)) {', 'if (false) {'],
  ],
  ['rewrite', 'the proof of each entry', [verifier, '!verifyInclusion({', 'false && !verifyInclusion({']],
  [
    'rewrite',
    'the root of the earlier checkpoint',
    [verifier, 'else if (!sameBytes(now, root)) {', 'else if (false) {'],
  ],
  [
    'reorder',
    'that so many witnesses as wanted have cosigned',
    [others, 'if (there.length < wanted) {', 'if (false) {'],
  ],
  [
    'fork',
    'that the tiles are those of the signed tree',
    [verifier, "if (problem !== undefined) this.#checks.fail('tiles', problem);", 'void problem;'],
  ],
  [
    'replay',
    'that the file is not older than the earlier checkpoint',
    [verifier, 'else if (size > tree.size) {', 'else if (false) {'],
    [verifier, 'if (now === undefined) {', "if (now === undefined) this.#checks.pass('since', ''); else if (false) {"],
  ],
  [
    'replay',
    'that a cosignature is of this checkpoint',
    [others, "({ state }) => state === 'wrong'", '() => false'],
    [others, 'if (there.length < wanted) {', 'if (false) {'],
  ],
  ['clock games', 'that entries do not go back', [others, 'at < this.#latest.at - slackMs', 'false']],
  ['clock games', 'that others saw it when it was written', [others, 'at > last + promptMs', 'false']],
  [
    'key swap',
    'that the key is the one that was given',
    [verifier, "else this.#checks.fail('key', `the file carries", "else this.#checks.pass('key', `the file carries"],
  ],
  ['blob swap', 'the digest of a blob', [verifier, 'else if (actual !== digest) this', 'else if (false) this']],
  [
    'blob swap',
    'the digest of a document',
    [verifier, 'if (actual !== sha256 || member.size !== size) {', 'if (false) {'],
  ],
];

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'firebreak-mutants-'));
  for (const path of [ledger, 'packages/platform/src/kernel', 'packages/platform/package.json', 'vitest.config.ts']) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(async () => {
  if (copy !== undefined) await rm(copy, { recursive: true, force: true });
});

/** @returns how many of the tamper tests fail on the copy */
async function failures(): Promise<number> {
  const found = join(copy, 'found.json');
  const suite = `${ledger}/tamper-classes.test.ts`;
  const run = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', suite, '--reporter=json', `--outputFile=${found}`];
  // It ends with 1 when tests fail, which is what is hoped for.
  await promisify(execFile)(process.execPath, run, { cwd: copy }).catch(() => undefined);
  const { numFailedTests, numTotalTests } = JSON.parse(await readFile(found, 'utf8')) as {
    readonly numFailedTests: number;
    readonly numTotalTests: number;
  };
  await rm(found);
  // one that does not even load proves nothing
  expect(numTotalTests).toBeGreaterThan(15);
  return numFailedTests;
}

test('as it is, the copy catches all', async () => {
  expect(await failures()).toBe(0);
});

const cases = mutants.map(([tampering, without, ...edits]) => [tampering, without, edits] as const);
test.each(cases)('%s is let through without a look at %s, and a test says so', async (_class, _without, edits) => {
  const kept = new Map<string, string>();
  for (const [file, from, to] of edits) {
    const path = join(copy, ledger, file);
    const text = await readFile(path, 'utf8');
    if (!kept.has(path)) kept.set(path, text);
    expect(text.includes(from), `${from} stands in ${file} no more`).toBe(true);
    await writeFile(
      path,
      text.replaceAll(from, () => to),
    );
  }
  try {
    expect(await failures()).toBeGreaterThan(0);
  } finally {
    for (const [path, text] of kept) await writeFile(path, text);
  }
});

test('no class of tampering is without such a proof', () => {
  expect([...new Set(mutants.map(([tampering]) => tampering))]).toEqual([
    ...['tail truncation', 'rewrite', 'reorder', 'fork', 'replay', 'clock games', 'key swap', 'blob swap'],
  ]);
});
