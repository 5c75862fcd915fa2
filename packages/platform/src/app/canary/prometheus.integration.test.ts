/**
 * A canary's metrics from a real Prometheus, which scrapes two versions every second: nothing is lost or counted twice between readings,
 * a counter that begins anew is followed, what is missing or no number is never nought, and a Prometheus that goes away in the middle
 * holds the canary until it is back.
 */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type CanaryRun, type CanaryWish, canaryConfigSchema, canaryEnds } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { capabilityKey } from '../../execution/approval/capability.ts';
import { openApprovalPolicy } from '../../execution/approval/policy.ts';
import { systemClock } from '../../kernel/clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger } from '../../ledger/ledger.ts';
import type { Canaries } from '../../recovery/canary/run.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';
import { openCanaries } from './open-canaries.ts';
import { readPrometheus } from './prometheus.ts';

const address = process.env.FIREBREAK_PROMETHEUS_URL ?? '';
const dir = process.env.FIREBREAK_PROMETHEUS_DIR ?? '';
const peer = new URL('../../../../../peers/prometheus/', import.meta.url).pathname;
const run = promisify(execFile);
const signal = new AbortController().signal;
const versions = ['old', 'new'] as const;
type Version = (typeof versions)[number];

/** A counter that grows by so many a second of the clock: ticks of a timer come late where much runs beside it. */
const growing = (perSecond: number) => {
  const begun = Date.now();
  return () => Math.floor(((Date.now() - begun) / 1000) * perSecond);
};
const still = (at: number) => () => at;

/** What the two versions tell of themselves; pods are so many values a second. */
const told = {
  requests: { old: growing(100), new: growing(100) },
  errors: { old: still(0), new: still(0) },
  latency: { old: 100, new: 100 },
  queue: { old: 1, new: Number.NaN },
};
const pods = 12;
let exporter: Server;
let database: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let canaries: Canaries;

function page(): string {
  const lines: string[] = [];
  for (const version of versions) {
    lines.push(`requests_total{version="${version}"} ${told.requests[version]()}`);
    // As client libraries do it: no error yet, no series.
    const errors = told.errors[version]();
    if (errors > 0) lines.push(`errors_total{version="${version}"} ${errors}`);
    for (let pod = 0; pod < pods; pod++)
      lines.push(
        `latency_ms{version="${version}",pod="${pod}"} ${told.latency[version] * (0.8 + Math.random() * 0.4)}`,
      );
    lines.push(`queue{version="${version}"} ${told.queue[version]}`);
  }
  return `${lines.join('\n')}\n`;
}

const config = (metrics: CanaryWish['metrics'], more: Partial<CanaryWish> = {}) =>
  canaryConfigSchema.parse({ name: 'measured', stages: [{ percent: 20 }], prometheus: { address }, metrics, ...more });
const counted = (errors: (version: Version) => string, stepSeconds = 4) =>
  config([
    {
      name: 'errors',
      kind: 'proportion',
      source: {
        from: 'prometheus',
        baseline: errors('old'),
        canary: errors('new'),
        baselineTotal: 'increase(requests_total{version="old"}[$secondss])',
        canaryTotal: 'increase(requests_total{version="new"}[$secondss])',
        stepSeconds,
      },
    },
  ]);
const values = (name: string, of: (version: Version) => string, stepSeconds = 1) => ({
  name,
  source: { from: 'prometheus' as const, baseline: of('old'), canary: of('new'), stepSeconds },
});
const latency = values('latency', (version) => `latency_ms{version="${version}"}`);
const read = (of: ReturnType<typeof config>, since: Date, until: Date) =>
  readPrometheus({
    config: of,
    metrics: of.metrics,
    since,
    until,
    signal,
    guard: { at: 0, failing: {} },
    lacking: new Set(),
  });
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

beforeAll(async () => {
  exporter = createServer((_, response) => response.end(page()));
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
  const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
  await writeFile(`${dir}/targets/canary.json`, JSON.stringify([{ targets: [target] }]));
  database = await testServer();
  storage = await openStorage({ url: await database.database() });
  canaries = openCanaries({
    storage,
    ledger: createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock: systemClock }),
    clock: systemClock,
    levers: undefined,
    policy: openApprovalPolicy,
    key: capabilityKey(new Uint8Array(32)),
    graph: async () => undefined,
    asset: () => undefined,
    pace: { pollMs: 50, readMs: 300, againMs: 200 },
  });
  canaries.work();
  // A few scrapes.
  await vi.waitFor(
    async () => expect((await read(config([latency]), ago(5), ago(0))).samples[1]?.values).toHaveLength(5 * pods),
    {
      timeout: 60_000,
      interval: 500,
    },
  );
});
afterAll(async () => {
  await canaries?.close();
  await storage?.close();
  await database?.stop();
  exporter?.closeAllConnections();
  exporter?.close();
  await rm(`${dir}/targets/canary.json`, { force: true });
});

test('readings that come more often than points lose none and repeat none', async () => {
  const until = ago(1);
  const at = (seconds: number) => new Date(until.getTime() - seconds * 1000);
  const whole = await read(config([latency]), at(4), until);
  const pieces: (number | null)[] = [];
  for (let seconds = 4; seconds > 0; seconds -= 0.25) {
    const { samples } = await read(config([latency]), at(seconds), at(seconds - 0.25));
    pieces.push(...(samples.find(({ variant }) => variant === 'canary')?.values ?? []));
  }
  const expected = whole.samples.find(({ variant }) => variant === 'canary')?.values ?? [];
  expect(expected).toHaveLength(4 * pods);
  expect(pieces.toSorted()).toEqual(expected.toSorted());
});

test('a sample is one value: what came before an outage does not stand for what was not measured', async () => {
  const { samples } = await read(config([latency]), ago(6), ago(1));
  for (const { values: points = [] } of samples) expect(new Set(points).size).toBe(points.length);
  // The minute to come: Prometheus would answer it with the last sample that there is.
  const later = await read(config([latency]), ago(-5), ago(-65));
  expect(later.samples.map(({ values: points }) => points)).toEqual([[], []]);
});

test('a count whose series is not there is none unless the query says so; NaN is missing, not nought', async () => {
  const silent = counted((version) => `sum(increase(errors_total{version="${version}"}[$secondss]))`);
  await expect(read(silent, ago(8), ago(0))).rejects.toThrow(/errors of the baseline has no series.*vector\(0\)/);
  const said = counted((version) => `sum(increase(errors_total{version="${version}"}[$secondss])) or vector(0)`);
  const { samples } = await read(said, ago(8), ago(0));
  expect(samples.map(({ hits }) => hits)).toEqual([0, 0]);
  expect(Math.min(...samples.map(({ total = 0 }) => total))).toBeGreaterThan(200);
  // Nobody has this metric at all: nothing is said of it, for either version.
  const nobody = config([values('gone', (version) => `no_such_metric{version="${version}"}`)]);
  expect((await read(nobody, ago(5), ago(0))).samples.map(({ values: points }) => points)).toEqual([[], []]);
  const queue = await read(config([values('queue', (version) => `queue{version="${version}"}`)]), ago(3), ago(0));
  expect(queue.samples.map(({ values: points = [] }) => points.slice(0, 3))).toEqual([
    [1, 1, 1],
    [null, null, null],
  ]);
  const none = counted((version) => `sum(increase(requests_total{version="${version}"}[$secondss])) * (0 / 0)`);
  await expect(read(none, ago(8), ago(0))).rejects.toThrow(/a count of errors of the baseline is no number/);
  const more = counted((version) => `2 * sum(increase(requests_total{version="${version}"}[$secondss]))`);
  await expect(read(more, ago(8), ago(0))).rejects.toThrow(/errors of the baseline counts \d+ of only \d+/);
});

test('a query that is refused is told, whether it is wrong or too large', async () => {
  const wrong = config([values('wrong', () => 'sum(latency_ms')]);
  await expect(read(wrong, ago(5), ago(0))).rejects.toMatchObject({ code: 'FB-HTTP-REFUSED' });
  await expect(read(wrong, ago(5), ago(0))).rejects.toThrow(/Prometheus, asked for wrong of the baseline/);
  // More points than this Prometheus gives out at once.
  const large = config([values('large', () => 'latency_ms * 1')]);
  await expect(read(large, ago(4 * 3600), ago(0))).rejects.toMatchObject({ code: 'FB-HTTP-REFUSED' });
});

test('a counter that begins anew is followed', async () => {
  told.errors = { old: still(5000), new: still(5000) };
  const errors = counted((version) => `sum(increase(errors_total{version="${version}"}[$secondss])) or vector(0)`);
  await sleep(2500);
  const begun = ago(0);
  // A pod is started again: its counters are nought, and count on.
  told.requests.new = growing(100);
  told.errors.new = growing(20);
  await sleep(6500);
  const { samples } = await read(errors, begun, ago(0));
  const [baseline, canary] = ['baseline', 'canary'].map((variant) => samples.find((each) => each.variant === variant));
  expect(baseline?.hits).toBe(0);
  // Twenty a second, over four seconds or eight.
  expect(canary?.hits).toBeGreaterThanOrEqual(30);
  expect(canary?.hits).toBeLessThanOrEqual(200);
  expect(canary?.total).toBeGreaterThan(150);
  expect(canary?.total).toBeLessThan(2 * (baseline?.total ?? 0));
});

const stages = [{ percent: 20, looks: 1, minSamples: 24, lookSeconds: 4, maxSeconds: 120 }, { percent: 100 }];
const over = async (id: string, wanted: (is: CanaryRun) => boolean = ({ state }) => canaryEnds.includes(state)) =>
  vi.waitFor(
    async () => {
      const is = await canaries.get(id);
      if (!wanted(is)) throw new Error(`${is.state}: ${is.why}`);
      return is;
    },
    { timeout: 60_000, interval: 50 },
  );

test('it goes away in the middle: nothing is promoted until it is back', async () => {
  const { id } = await canaries.start({
    config: config([{ ...latency, critical: true }], { stages }),
    by: 'ann',
    role: 'approver',
  });
  await over(id, ({ state }) => state === 'running');
  await run(`${peer}stop`, [dir]);
  const frozen = await over(id, ({ state }) => state === 'frozen');
  expect(frozen.why).toMatch(/so nothing is scaled up: prometheus: /);
  // Longer than a look takes.
  await sleep(5000);
  expect(await canaries.get(id)).toMatchObject({ state: 'frozen', percent: 20, looks: [] });
  await run(`${peer}start`, [dir]);
  expect(await over(id)).toMatchObject({ state: 'promoted', percent: 100 });
});

test('a version that is slower by what Prometheus saw is taken back', async () => {
  told.latency.new = 130;
  const { id } = await canaries.start({
    config: config([{ ...latency, critical: true }], { stages }),
    by: 'ann',
    role: 'approver',
  });
  const ended = await over(id);
  expect(ended, JSON.stringify(ended.looks)).toMatchObject({ state: 'rolled-back', percent: 0 });
  expect(ended.why).toMatch(/latency, which alone fails the canary: Higher than it should be: median 1[23]\d/);
});
