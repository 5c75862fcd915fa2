/** `canary`: the judge over files, and canaries of a running server from start to end, by people of every role. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanaryRun, canaryRunSchema, canaryVerdictSchema } from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { drawsFor } from '../detection/drift/random-draws.ts';
import { run } from './testing/run.ts';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-canary-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the judge alone', () => {
  const judge = (...more: string[]) => run(world, ['canary', 'judge', ...more]);
  const draw = drawsFor('canary command');
  const rows = (slower: number, failing: number) =>
    Array.from(
      { length: 300 },
      (_, row) => `${row},${(100 * slower * (0.8 + 0.4 * draw())).toFixed(2)},${draw() < failing}`,
    );
  const rules = `
metrics:
  - {name: latency, critical: true}
  - {name: failed, kind: proportion, group: safety}
`;
  beforeAll(async () => {
    const table = async (name: string, lines: readonly string[]) =>
      writeFile(file(name), ['request,latency,failed', ...lines, ''].join('\n'));
    await table('old.csv', rows(1, 0.02));
    await table('same.csv', rows(1, 0.02));
    await table('slow.csv', rows(1.2, 0.02));
    await table('failing.csv', rows(1, 0.3));
    await table('few.csv', rows(1, 0).slice(0, 10));
    await writeFile(file('rules.yaml'), rules);
    await writeFile(file('other.csv'), 'words\nhello\n');
    await writeFile(file('bad.yaml'), 'metrics: [{name: latency, worse: sideways}]');
  });

  test.each([
    { canary: 'same.csv', exit: 0, class: 'pass', of: ['pass', 'pass'] },
    { canary: 'slow.csv', exit: 1, class: 'fail', of: ['high', 'pass'] },
    { canary: 'failing.csv', exit: 1, class: 'fail', of: ['pass', 'high'] },
    { canary: 'few.csv', exit: 1, class: 'cannot-tell', of: ['cannot-tell', 'cannot-tell'] },
  ])('$canary: $class', async ({ canary, exit, class: expected, of }) => {
    const ended = await judge(file('old.csv'), file(canary), '--metrics', file('rules.yaml'), '--json');
    const verdict = canaryVerdictSchema.parse(JSON.parse(ended.out));
    expect([ended.exit, verdict.class]).toEqual([exit, expected]);
    expect(verdict.metrics.map((metric) => metric.class)).toEqual(of);
  });

  test('without rules every column of numbers, either way, and the reasons in words', async () => {
    const { exit, out } = await judge(file('slow.csv'), file('old.csv'));
    expect(exit).toBe(1);
    expect(out).toMatch(/latency: low\. Lower than it should be: median \d+/);
    expect(out).toMatch(/request: pass\./);
  });

  test.each([
    { why: 'nothing shared', argv: ['old.csv', 'other.csv'], said: 'share no column of numbers' },
    { why: 'wrong rules', argv: ['old.csv', 'same.csv', '--metrics', 'bad.yaml'], said: 'metrics.0.worse' },
    { why: 'no file', argv: ['old.csv', 'none.csv'], said: 'none.csv' },
    { why: 'no number', argv: ['old.csv', 'same.csv', '--min-samples', 'x'], said: 'number from 1 on' },
  ])('$why is told', async ({ argv, said }) => {
    const ended = await judge(...argv.map((each) => (/\.(csv|yaml)$/.test(each) ? file(each) : each)));
    expect(ended.exit).toBeGreaterThan(1);
    expect(ended.err).toContain(said);
  });
});

describe('of a server', () => {
  let served: ServedDemo;
  beforeAll(async () => {
    served = await serveDemo();
    const common = {
      stages: [{ percent: 5, looks: 1, minSamples: 20, lookSeconds: 1, maxSeconds: 60 }, { percent: 100 }],
      metrics: [{ name: 'errors', kind: 'proportion', critical: true, source: { from: 'sent' } }],
    };
    const traffic = {
      by: 'lever',
      action: 'kubernetes.shift-inference',
      params: { namespace: 'ml-serving', name: 'fraud-scorer' },
    };
    // JSON is YAML as well.
    await writeFile(file('by-hand.yaml'), JSON.stringify({ name: 'by hand', ...common }));
    await writeFile(file('by-lever.yaml'), JSON.stringify({ name: 'by lever', ...common, traffic }));
    await writeFile(
      file('no-lever.yaml'),
      JSON.stringify({ name: 'x', ...common, traffic: { ...traffic, action: 'no.such' } }),
    );
    await writeFile(
      file('wrong.yaml'),
      JSON.stringify({ name: 'x', ...common, stages: [{ percent: 50 }, { percent: 5 }] }),
    );
    served.station.canaries.work();
  }, 60_000);
  afterAll(() => served.close());

  const as = (name: string, ...argv: string[]) => served.as(name, 'canary', ...argv);
  const codeOf = ({ err }: { err: string }) => (JSON.parse(err) as { error: { code: string } }).error.code;
  const told = ({ out }: { out: string }): CanaryRun => canaryRunSchema.parse(JSON.parse(out));

  test('a lever is asked for by a responder, approved by its digest by somebody who may, and stopped by anybody', async () => {
    const started = told(await as('Ruth', 'start', file('by-lever.yaml')));
    expect(started).toMatchObject({ state: 'waiting-approval', startedBy: 'Ruth', approval: { needed: 1, given: [] } });
    const { id, approval } = started;
    const digest = approval?.digest ?? '';
    expect(approval?.what).toBe(
      'Send 100 % of the traffic of InferenceService ml-serving/fraud-scorer to its newest revision.',
    );
    expect(codeOf(await as('Vera', 'approve', id, digest))).toBe('FB-AUTH-FORBIDDEN');
    expect(codeOf(await as('Ruth', 'approve', id, digest))).toBe('FB-APPROVAL-REFUSED');
    expect(codeOf(await as('Ada', 'approve', id, 'a'.repeat(64)))).toBe('FB-APPROVAL-DIGEST');
    await served.station.canaries.stop({ id, by: 'Grace', why: 'not yet' });
    const ended = await as('Vera', 'status', id);
    expect(told(ended).approval?.given).toEqual([]);
    expect(codeOf(await as('Vera', 'stop', id, '--reason', 'x'))).toBe('FB-AUTH-FORBIDDEN');

    const again = told(await as('Ruth', 'start', file('by-lever.yaml')));
    const approved = told(await as('Ada', 'approve', again.id, again.approval?.digest ?? ''));
    expect(approved.approval?.given).toMatchObject([{ by: 'Ada' }]);
    expect(approved.state).not.toBe('waiting-approval');
    await as('Ruth', 'stop', again.id, '--reason', 'seen enough');
    const { canaries } = JSON.parse((await as('Vera', 'status')).out) as { canaries: { id: string; name: string }[] };
    expect(canaries.map(({ name }) => name)).toEqual(['by lever', 'by lever']);
  });

  test('one that is waited for ends with its verdict, its reasons and exit 1 when it was taken back', async () => {
    const waiting = as('Ada', 'start', file('by-hand.yaml'), '--wait');
    const { canaries } = served.station;
    const [line] = await until(async () =>
      (await canaries.list()).filter(({ name, state }) => name === 'by hand' && state === 'running'),
    );
    const id = line?.id ?? '';
    await canaries.send(id, {
      samples: [
        { variant: 'baseline', metric: 'errors', hits: 1, total: 1000 },
        { variant: 'canary', metric: 'errors', hits: 60, total: 200 },
      ],
    });
    const ended = await waiting;
    expect(ended.exit).toBe(1);
    expect(told(ended)).toMatchObject({ id, state: 'rolled-back', percent: 0 });
    const status = await as('Vera', 'status', id);
    expect(status.exit).toBe(1);
    expect(told(status).looks[0]?.verdict.reasons[0]).toMatch(
      /^errors, which alone fails the canary: Higher than it should be: 30 % beside 0.1 %/,
    );
  }, 60_000);

  test('what cannot be started is told before anything begins', async () => {
    expect(codeOf(await as('Ruth', 'start', file('by-hand.yaml')))).toBe('FB-AUTH-FORBIDDEN');
    expect(codeOf(await as('Ada', 'start', file('no-lever.yaml')))).toBe('FB-USAGE');
    const wrong = await as('Ada', 'start', file('wrong.yaml'));
    expect(wrong.err).toContain('each stage takes more than the one before');
    expect(codeOf(await as('Ada', 'start', file('by-hand.yaml'), '--incident', 'inc_none'))).toBe('FB-NOT-FOUND');
    expect(codeOf(await as('Vera', 'status', 'can_none'))).toBe('FB-NOT-FOUND');
  }, 60_000);
});

async function until<T>(look: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come.');
}
