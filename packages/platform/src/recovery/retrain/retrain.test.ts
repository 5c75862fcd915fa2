/** Cleansed data, pinned parts, and two runs beside each other. A small program stands for training; scenarios/recovery has scikit-learn. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataGate, RetrainPlan } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex } from '../../kernel/digest.ts';
import { cleanse, heldRows, retrainPlan } from './plan.ts';
import { compare, folderDigest, reproduce } from './reproduce.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-retrain-'));
});
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const report = (rows: number, examples: number[]): DataGate => ({
  kind: 'firebreak/data-gate',
  at: '2026-11-22T00:00:00.000Z',
  verdict: 'fail',
  candidate: { name: 'new.jsonl', sha256: '', rows: 5 },
  checks: [
    { check: 'triggers', title: 'Triggers', verdict: 'fail', why: '', evidence: [{ what: '', rows, examples }] },
    { check: 'schema', title: 'Schema', verdict: 'pass', why: '', evidence: [{ what: '', rows: 1, examples: [1] }] },
  ],
  completeness: { answer: 'complete' },
});

test('rows that the gate held are left out; those that it counted and did not name are said', async () => {
  const held = heldRows(report(2, [2, 4]), 'a'.repeat(64));
  expect([...held.rows]).toEqual([2, 4]);
  expect(held.gaps).toEqual([]);
  expect(heldRows(report(9, [2]), 'a'.repeat(64)).gaps[0]?.reason).toBe(
    'The report counts 9 rows and names 1: the others are still in.',
  );
  const from = join(folder, 'rows.jsonl');
  await writeFile(from, ['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}', '{"a":5}'].join('\n'));
  const to = join(folder, 'clean.jsonl');
  const kept = await cleanse(from, to, held.rows);
  const text = await readFile(to, 'utf8');
  expect(text).toBe('{"a":1}\n{"a":3}\n{"a":5}\n');
  expect(kept).toEqual({ rows: 3, leftOut: 2, sha256: sha256Hex(text) });
  await expect(cleanse(from, to, held.rows)).rejects.toThrow('FB-OUTPUT-UNWRITABLE');
});

test('the header of a CSV file is no row', async () => {
  const from = join(folder, 'rows.csv');
  await writeFile(from, 'a,b\n1,2\n3,4\n');
  expect(await cleanse(from, join(folder, 'clean.csv'), new Set([1]))).toMatchObject({ rows: 1, leftOut: 1 });
  expect(await readFile(join(folder, 'clean.csv'), 'utf8')).toBe('a,b\n3,4\n');
});

async function place(program: string, reproduces: RetrainPlan['reproduces'] = { is: 'same' }) {
  const own = await mkdtemp(join(folder, 'run-'));
  const [data, code, work] = ['data', 'code', 'work'].map((name) => join(own, name)) as [string, string, string];
  for (const each of [data, code]) await mkdir(each);
  await writeFile(join(data, 'rows.jsonl'), '{"a":1}\n');
  await writeFile(join(code, 'train.mjs'), program);
  const environment = join(own, 'lock.txt');
  await writeFile(environment, 'sklearn==1\n');
  const plan = retrainPlan(
    {
      at: '2026-11-22T00:00:00.000Z',
      data: [{ path: 'rows.jsonl', sha256: sha256Hex('{"a":1}\n'), rows: 1, leftOut: 0 }],
      heldBy: [],
      code: { sha256: (await folderDigest(code, signal)).digest, commit: null },
      environment: { name: 'lock.txt', sha256: sha256Hex('sklearn==1\n') },
      command: [process.execPath, 'train.mjs', '{data}', '{out}', '{seed}'],
      seed: 7,
      reproduces,
    },
    [],
  );
  const options = {
    plan,
    data,
    code,
    environment,
    work,
    path: process.env.PATH ?? '',
    now: () => new Date(0),
    timeoutMs: 30_000,
    signal,
  };
  return { ...options, run: () => reproduce(options) };
}
const write = (model: string, metric = '0.5') =>
  `import { mkdirSync, writeFileSync } from 'node:fs';
   const [, , data, out, seed] = process.argv;
   mkdirSync(out + '/model', { recursive: true });
   writeFileSync(out + '/model/weights', ${model});
   writeFileSync(out + '/metrics.json', JSON.stringify({ auc: ${metric} }));`;

test('the same twice is reproduced, by digest', async () => {
  const { run } = await place(write('seed + process.env.PYTHONHASHSEED'));
  const found = await run();
  expect(found.verdict).toBe('reproduced');
  expect(found.model).toMatch(/^[0-9a-f]{64}$/);
});

test('another model each time differs, unless what is promised is a metric within a tolerance', async () => {
  expect((await (await place(write('String(Math.random())'))).run()).verdict).toBe('differs');
  const tolerant = await place(write('String(Math.random())', '0.5 + Math.random() / 1000'), {
    is: 'within',
    tolerance: { auc: 0.01 },
  });
  expect(await tolerant.run()).toMatchObject({
    verdict: 'reproduced',
    metrics: { auc: [expect.any(Number), expect.any(Number)] },
  });
  const missing = await place(write('"x"'), { is: 'within', tolerance: { accuracy: 0.01 } });
  expect((await missing.run()).verdict).toBe('differs');
});

test('data, code or environment that are not the plan’s are not trained from', async () => {
  const changed = await place(write('"x"'));
  await writeFile(join(changed.data, 'rows.jsonl'), '{"a":666}\n');
  await writeFile(join(changed.code, 'extra.py'), '');
  expect(await changed.run()).toMatchObject({
    verdict: 'refused',
    checks: [
      { check: 'data rows.jsonl', ok: false },
      { check: 'code', ok: false },
      { check: 'environment lock.txt', ok: true },
    ],
  });
});

test('a run that fails, or leaves no model, is refused and says so', async () => {
  expect(await (await place('process.exit(3)')).run()).toMatchObject({ verdict: 'refused', model: null });
  expect((await (await place('')).run()).checks.at(-1)?.detail).toContain('It left no model');
});

test('tolerances are compared as they are written', () => {
  const by = { reproduces: { is: 'within', tolerance: { auc: 0.1 } } } as const;
  const run = (auc: number) => ({ digest: '', metrics: { auc } });
  expect(compare(by, run(0.5), run(0.59))[0]?.ok).toBe(true);
  expect(compare(by, run(0.5), run(0.61))[0]?.ok).toBe(false);
});
