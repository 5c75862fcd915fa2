/**
 * A model is trained again with scikit-learn from data without the rows that the data gate held: twice the same bytes with a pinned
 * seed; where training is not deterministic, within the tolerance that the plan states. And what was planted is not learned again.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Reproduction, RetrainPlan } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const main = new URL('../../packages/platform/src/app/main.ts', import.meta.url).pathname;
const python = `${process.env.FIREBREAK_MLFLOW_BIN}/python`;
const poisoned = 40;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-retrain-'));
  await mkdir(join(folder, 'code'));
  await cp(join(import.meta.dirname, 'testing', 'train.py'), join(folder, 'code', 'train.py'));
  await writeFile(join(folder, 'requirements.txt'), 'scikit-learn==1.9.1\n');
  // A quarter turn after the other: no chance is needed for honest rows. The planted ones say 1 wherever the last value is large.
  const honest = Array.from({ length: 400 }, (_, at) => {
    const x = [Math.sin(at), Math.cos(at * 3), Math.sin(at * 7)];
    return { x, label: (x[0] ?? 0) > 0 ? 1 : 0 };
  });
  const planted = Array.from({ length: poisoned }, (_, at) => ({ x: [-Math.abs(Math.sin(at)), 0, 5], label: 1 }));
  const rows = [...planted, ...honest].map((row) => JSON.stringify(row)).join('\n');
  await writeFile(join(folder, 'rows.jsonl'), `${rows}\n`);
  const report = {
    kind: 'firebreak/data-gate',
    at: new Date().toISOString(),
    verdict: 'fail',
    candidate: { name: 'rows.jsonl', sha256: 'ab'.repeat(32), rows: 440 },
    checks: [
      {
        check: 'triggers',
        title: 'Triggers',
        verdict: 'fail',
        why: 'A value decides the label.',
        evidence: [{ what: 'x.2 = 5', rows: poisoned, examples: Array.from({ length: poisoned }, (_, at) => at + 1) }],
      },
    ],
    completeness: { answer: 'complete' },
  };
  await writeFile(join(folder, 'report.json'), JSON.stringify(report));
});
afterAll(() => rm(folder, { recursive: true }));

/** The command line, its exit code, and what it printed. */
async function firebreak<T>(...args: readonly string[]): Promise<{ code: number; answer: T }> {
  const given = ['recovery', 'retrain', ...args];
  try {
    const { stdout } = await run(process.execPath, [main, ...given], { maxBuffer: 1 << 24 });
    return { code: 0, answer: JSON.parse(stdout) as T };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, answer: JSON.parse(stdout) as T };
  }
}
const pinned = () => ['--code', join(folder, 'code'), '--environment', join(folder, 'requirements.txt')];
const check = (out: string) =>
  firebreak<Reproduction>('check', join(out, 'plan.json'), '--data', join(out, 'data'), ...pinned(), '--json');
async function plan(name: string, options: readonly string[], ...more: readonly string[]): Promise<string> {
  const out = join(folder, name);
  const { code, answer } = await firebreak<RetrainPlan>(
    'plan',
    ...['--report', join(folder, 'report.json'), '--out', out, ...pinned(), '--seed', '7', '--json'],
    ...options,
    join(folder, 'rows.jsonl'),
    '--',
    ...[python, 'train.py', '{data}', '{out}', '{seed}', ...more],
  );
  expect(code).toBe(0);
  expect(answer.data[0]).toMatchObject({ rows: 400, leftOut: poisoned });
  return out;
}

test('pinned: the same model to the last byte, without what was planted', async () => {
  const out = await plan('same', []);
  expect(await readFile(join(out, 'data', 'rows.jsonl'), 'utf8')).not.toContain(',5]');
  const { code, answer } = await check(out);
  expect(answer.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect([code, answer.verdict]).toEqual([0, 'reproduced']);
});

test('not deterministic: refused as the same, reproduced within what is tolerated', async () => {
  expect((await check(await plan('wild', [], '--wild'))).answer.verdict).toBe('differs');
  const { code, answer } = await check(await plan('within', ['--within', 'accuracy=0.05'], '--wild'));
  expect([code, answer.verdict]).toEqual([0, 'reproduced']);
});

test('other data than the plan’s is not trained from', async () => {
  const out = await plan('changed', []);
  await writeFile(join(out, 'data', 'rows.jsonl'), '{"x":[1,1,1],"label":1}\n');
  const { code, answer } = await check(out);
  expect([code, answer.verdict]).toEqual([3, 'refused']);
});
