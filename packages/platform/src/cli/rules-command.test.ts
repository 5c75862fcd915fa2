import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bareWorld, run } from './testing/run.ts';

const rule = (verb: string) =>
  `title: Secrets\nid: one\nlogsource: {product: kubernetes}\ndetection:\n  s: {verb: ${verb}}\n  condition: s\n`;
const examples =
  'base: {kind: Event, apiVersion: audit.k8s.io/v1, objectRef: {resource: secrets}}\npositive:\n  - name: listed\n    event: {verb: list}\nnegative:\n  - name: read\n    event: {verb: get}\n';
let folder: string;
const files: Readonly<Record<string, string>> = {
  'good/one.yml': rule('list'),
  'good/one.test.yaml': examples,
  'wrong/one.yml': rule('watch'),
  'wrong/one.test.yaml': examples,
  'broken/one.yml': rule('list'),
  'broken/two.yml': 'title: Two\nlogsource: {product: kubernetes}\ndetection:\n  s: {f|frob: a}\n  condition: s\n',
  'unread/one.yml': rule('list'),
  'unread/one.test.yaml': 'positiv:\n  - {}\n',
  'strange/one.yml': rule('list'),
  'strange/one.test.yaml': 'positive:\n  - name: of nobody\n    event: {verb: list}\n',
  'alone/one.test.yaml': examples,
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-rules-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
});
afterAll(() => rm(folder, { recursive: true }));
const rules = (...argv: string[]) => run(bareWorld({}), ['rules', ...argv]);

test('check says how many rules there are, and exits 1 when one is refused', async () => {
  expect(await rules('check', join(folder, 'good'))).toMatchObject({
    exit: 0,
    err: '',
    out: expect.stringContaining('1 rules, 0 correlations'),
  });
  const broken = await rules('check', join(folder, 'broken'));
  expect(broken.exit).toBe(1);
  expect(broken.out).toMatch(/refused .* FB-SIGMA-INVALID .* two\.yml:4 .* no modifier `frob`/);
  const json = await rules('check', join(folder, 'broken'), '--json');
  expect(JSON.parse(json.out)).toMatchObject({
    rules: 1,
    problems: [{ code: 'FB-SIGMA-INVALID', file: 'two.yml', line: 4 }],
  });
});

test('test runs the examples, and exits 1 when one is not as expected', async () => {
  const good = await rules('test', join(folder, 'good'));
  expect(good).toMatchObject({ exit: 0, out: expect.stringContaining('2 of 2 examples as expected') });
  const wrong = await rules('test', join(folder, 'wrong'), '--json');
  expect(wrong.exit).toBe(1);
  expect(JSON.parse(wrong.out)).toMatchObject({
    examples: [
      { ok: false, rule: 'Secrets', name: 'listed', expected: 'speaks', reason: 'The rule says nothing.' },
      { ok: true, name: 'read' },
    ],
  });
});

test('one file is tested with the examples beside it', async () => {
  expect(await rules('test', join(folder, 'good', 'one.yml'))).toMatchObject({
    exit: 0,
    out: expect.stringContaining('2 of 2'),
  });
});

test.each([
  ['unread', 'Examples have no `positiv`.'],
  ['strange', 'The event is of no known source.'],
  ['alone', 'There is no such rule beside the examples.'],
])('examples that prove nothing fail: %s', async (name, reason) => {
  const { exit, out } = await rules('test', join(folder, name), '--json');
  expect(exit).toBe(1);
  expect(JSON.parse(out).examples[0]).toMatchObject({ ok: false, reason });
});

test('a folder that is not there, and log sources that cannot be used, stop the command', async () => {
  expect(await rules('check', join(folder, 'nowhere'))).toMatchObject({
    exit: 2,
    err: expect.stringContaining('FB-SOURCE-UNREADABLE'),
  });
  const sources = join(folder, 'sources');
  await mkdir(sources);
  await writeFile(
    join(sources, 's.yaml'),
    'id: s\nlogsource: {product: x}\ntransformations:\n  - type: query_expression\n',
  );
  const { exit, err } = await rules('check', join(folder, 'good'), '--sources', sources);
  expect(exit).toBe(2);
  expect(err).toContain('FB-SIGMA-SOURCE');
});
