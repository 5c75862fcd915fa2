/** `firebreak gate data` on files as teams have them: what it needs, what it says, how it ends. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { dataGateSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawsFor } from '../detection/drift/random-draws.ts';
import { bareWorld, run } from './testing/run.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const common = 'the a it was and so we then they there said had more again today after before with for when'.split(' ');
const told = { good: ['great', 'lovely', 'superb', 'happy'], bad: ['awful', 'broken', 'poor', 'sorry'] };
/** Two classes that words tell apart. */
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, place) => {
    const id = from + place;
    const draw = drawsFor(`row ${id}`);
    const label = id % 2 === 0 ? ('good' as const) : ('bad' as const);
    const any = (of: readonly string[]) => of[Math.floor(draw() * of.length)];
    const text = Array.from({ length: 14 }, () => any(draw() < 0.3 ? told[label] : common)).join(' ');
    return { id, text, label };
  });
const lines = (all: readonly object[]) => all.map((row) => `${JSON.stringify(row)}\n`).join('');
const policy = `label: label\nignore: [id]\ntext: [text]\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-gate-'));
  const clean = lines(rows(1000, 400));
  const files: Readonly<Record<string, string>> = {
    'trusted.jsonl': lines(rows(0, 400)),
    'clean.jsonl': clean,
    'clean.csv': `id,text,label\n${rows(1000, 400)
      .map(({ id, text, label }) => `${id},"${text}",${label}`)
      .join('\n')}\n`,
    'flipped.jsonl': lines(rows(1000, 400).map((row) => (row.id % 5 === 0 ? { ...row, label: 'good' } : row))),
    'torn.jsonl': `${clean}{"id": 1, "text"\n[1, 2]\n`,
    'policy.yaml': policy,
    'strict.yaml': `${policy}require: [schema, lineage]\nlineage: {inputs: [{namespace: s3://corpus, name: tickets, version: v12}]}\n`,
    'wrong.yaml': `label: label\nnoise:\n  hold: 7\n`,
    'run.jsonl': lines([
      { eventType: 'START', run: { runId: 'r' }, job: { namespace: 'etl', name: 'tickets' }, inputs: [] },
      {
        eventType: 'COMPLETE',
        run: { runId: 'r' },
        job: { namespace: 'etl', name: 'tickets' },
        inputs: [
          { namespace: 's3://corpus', name: 'tickets', facets: { version: { datasetVersion: 'v12' } } },
          { namespace: 's3://elsewhere', name: 'gift' },
        ],
      },
    ]),
    'answers.jsonl': lines(
      Array.from({ length: 100 }, (_, id) => ({
        id,
        expected: 'good',
        baseline: 'good',
        candidate: id < 30 ? 'bad' : 'good',
        slice: id < 50 ? 'short' : 'long',
      })),
    ),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `copy (select * from read_json('${at('clean.jsonl')}')) to '${at('clean.parquet')}' (format parquet)`,
  );
  connection.closeSync();
});
afterAll(() => rm(folder, { recursive: true }));

const gate = (candidate: string, ...more: string[]) =>
  run(bareWorld({}), ['gate', 'data', at(candidate), '--policy', at('policy.yaml'), ...more]);
const trusted = () => ['--reference', at('trusted.jsonl')];
const report = (out: string) => dataGateSchema.parse(JSON.parse(out));
const verdictOf = (out: string, check: string) => report(out).checks.find((each) => each.check === check)?.verdict;

test.each(['clean.jsonl', 'clean.csv', 'clean.parquet'])('%s passes beside what was trusted', async (name) => {
  const { exit, out } = await gate(name, ...trusted(), '--json');
  expect(report(out)).toMatchObject({
    verdict: 'pass',
    candidate: { rows: 400 },
    completeness: { answer: 'complete' },
  });
  expect(exit).toBe(0);
});

test('wrong labels fail it, with the rows', async () => {
  const { exit, out } = await gate('flipped.jsonl', ...trusted());
  expect(exit).toBe(1);
  expect(out).toContain('Rows labelled good look like bad.');
  expect(out).toContain('FAIL');
  const named = report((await gate('flipped.jsonl', ...trusted(), '--json')).out).checks.find(
    ({ check }) => check === 'labels',
  );
  // Row n has the id 999 + n; every second fifth id was of the other class.
  expect(named?.evidence[0]?.examples.every((row) => (999 + row) % 10 === 5)).toBe(true);
});

test('what cannot be read holds it, and is named', async () => {
  const { exit, out } = await gate('torn.jsonl', ...trusted(), '--json');
  expect(exit).toBe(3);
  const { verdict, completeness } = report(out);
  expect({ verdict, completeness }).toMatchObject({ verdict: 'hold', completeness: { answer: 'limited' } });
  expect(JSON.stringify(completeness)).toContain('torn.jsonl#401');
  expect(JSON.stringify(completeness)).toContain('torn.jsonl#402');
});

test('what the policy requires and nobody gave holds it; a source that nobody approved fails it', async () => {
  const asked = ['gate', 'data', at('clean.jsonl'), '--policy', at('strict.yaml'), ...trusted(), '--json'];
  const without = await run(bareWorld({}), asked);
  expect([without.exit, verdictOf(without.out, 'lineage')]).toEqual([3, 'not-checked']);
  const given = await run(bareWorld({}), [...asked, '--lineage', at('run.jsonl')]);
  expect([given.exit, verdictOf(given.out, 'lineage')]).toEqual([1, 'fail']);
  const { evidence } = report(given.out).checks.find(({ check }) => check === 'lineage') ?? {};
  expect(evidence?.map(({ what }) => what)).toEqual(['It is made from s3://elsewhere gift, which is not approved.']);
});

test('files are held against a manifest', async () => {
  const inner = await mkdtemp(join(folder, 'set-'));
  await writeFile(join(inner, 'a.jsonl'), lines(rows(1000, 400)));
  const sum = createHash('sha256')
    .update(lines(rows(1000, 400)))
    .digest('hex');
  await writeFile(join(inner, 'SHA256SUMS'), `${sum}  a.jsonl\n`);
  const asked = ['--manifest', join(inner, 'SHA256SUMS'), '--json'];
  const candidate = join(inner, 'a.jsonl').slice(folder.length + 1);
  expect(verdictOf((await gate(candidate, ...trusted(), ...asked)).out, 'checksums')).toBe('pass');
  await writeFile(join(inner, '.hidden.jsonl'), '{}\n');
  expect(verdictOf((await gate(candidate, ...trusted(), ...asked)).out, 'checksums')).toBe('fail');
});

test('the golden set: none of it is learned from, and the new model must not be worse', async () => {
  const leaked = await gate('clean.jsonl', ...trusted(), '--golden', at('clean.csv'), '--json');
  expect(verdictOf(leaked.out, 'duplicates')).toBe('hold');
  const worse = await gate('clean.jsonl', ...trusted(), '--answers', at('answers.jsonl'), '--json');
  expect(worse.exit).toBe(1);
  const evidence = report(worse.out)
    .checks.find(({ check }) => check === 'golden')
    ?.evidence.map(({ what }) => what);
  expect(evidence).toEqual([
    'The new model is right 30.0 % less often.',
    'On short the new model is right 60.0 % less often.',
  ]);
});

test.each([
  [['--policy', 'wrong.yaml'], 'FB-GATE-POLICY', /wrong\.yaml line 3: noise\.hold/],
  [['--policy', 'nowhere.yaml'], 'FB-SOURCE-UNREADABLE', /nowhere\.yaml cannot be read/],
  [['--answers', 'trusted.jsonl'], 'FB-DATA-ROW', /#1 has not all of id/],
  [['--manifest', 'trusted.jsonl'], 'FB-SOURCE-UNREADABLE', /line 1 is no line of sha256sum/],
])('%s is refused with its place', async ([option, file], code, why) => {
  const { exit, err } = await run(bareWorld({}), [
    'gate',
    'data',
    at('clean.jsonl'),
    option as string,
    at(file as string),
    '--json',
  ]);
  expect(exit).toBeGreaterThan(0);
  const { error } = JSON.parse(err);
  expect(error.code).toBe(code);
  expect(error.why).toMatch(why);
});
