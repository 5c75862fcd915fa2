/** Canaries from beginning to end on a real database; the traffic is a number in memory, and what is measured is made up. */
import { randomBytes } from 'node:crypto';
import {
  type CanaryRun,
  type CanarySample,
  canaryConfigSchema,
  canaryEnds,
  canaryRunSchema,
  FirebreakError,
  type PlanStep,
} from '@firebreak/contract';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { capabilityKey } from '../../execution/approval/capability.ts';
import { openApprovalPolicy } from '../../execution/approval/policy.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger } from '../../ledger/ledger.ts';
import { openStorage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';
import { createCanaryApprovals } from './approval.ts';
import { type Canaries, type CanaryParts, createCanaries } from './run.ts';
import type { CanarySources, CanaryTraffic } from './sources.ts';

const server = await testServer();
const clock = settableClock('2026-03-01T12:00:00.000Z');
const url = await server.database();
const storage = await openStorage({ url }, clock);
const ledger = createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock });
const admin = new pg.Pool({ connectionString: url, max: 1 });
/** The policies that come along; the lever is of a system that only this test has. */
const step: PlanStep = {
  ordinal: 1,
  id: 's1',
  lever: { key: 'router.share|{}', action: 'router.share', params: {} },
  stage: 'network',
  target: { kind: 'Model', id: 'router:Model/m', name: 'm' },
  title: 'Send 100 % to the new one.',
  reason: 'contain-host',
  why: 'It passed.',
  severs: [],
  interrupts: [],
  restarts: [],
  cost: 1,
  reversal: { kind: 'restore', how: 'Back.' },
  drastic: false,
  approvals: 1,
  after: [],
};
const approvals = createCanaryApprovals({
  policy: openApprovalPolicy,
  key: capabilityKey(randomBytes(32)),
  clock,
  stepOf: async ({ traffic: { by }, about }) =>
    by === 'hand' ? undefined : about === 'drastic' ? { ...step, drastic: true, approvals: 2 } : step,
  asset: async () => undefined,
});
const open: Canaries[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
afterAll(async () => {
  await admin.end();
  await storage.close();
  await server.stop();
});

interface World {
  percent: number;
  readonly moves: number[];
  /** What one reading gives of the canary, beside a baseline of 100. */
  latency: number | null;
  down: boolean;
  /** Of the next move: the worker dies after it was made. */
  dies: boolean;
  refuses: boolean;
}
const worldOf = (): World => ({ percent: 0, moves: [], latency: 100, down: false, dies: false, refuses: false });

function traffic(world: World): CanaryTraffic {
  return {
    check: () => undefined,
    move: async ({ percent, before, found, signal }) => {
      if (before === undefined) await found({ percent: world.percent });
      if (world.refuses) return { outcome: 'refused', detail: 'It is not ours.', probes: [] };
      if (world.percent !== percent) world.moves.push(percent);
      world.percent = percent;
      if (world.dies) {
        world.dies = false;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('killed'))));
      }
      return { outcome: 'done', detail: `It has ${percent} %.`, probes: [] };
    },
    whoAnswers: async () => [],
  };
}

function sources(world: World): CanarySources {
  const values = (around: number) => Array.from({ length: 40 }, (_, at) => around * (0.8 + at / 100));
  return {
    prometheus: async ({ since, until }) => {
      if (world.down) throw new FirebreakError('FB-HTTP-UNREACHABLE', 'Prometheus is down.');
      if (until.getTime() - since.getTime() < 1000) return { samples: [], trouble: [] };
      const samples: CanarySample[] = [{ variant: 'baseline', metric: 'latency', values: values(100) }];
      if (world.latency !== null) samples.push({ variant: 'canary', metric: 'latency', values: values(world.latency) });
      return { samples, trouble: [] };
    },
    telemetry: async () => ({ samples: [], trouble: [] }),
    guard: async () => ({ samples: [], trouble: [] }),
  };
}

function canariesOn(world: World, more: Partial<CanaryParts<never>> = {}): Canaries {
  const made = createCanaries({
    store: storage.canaryStore,
    ledger,
    clock,
    sources: sources(world),
    traffic: traffic(world),
    approvals,
    worker: 'test',
    pace: { leaseMs: 300, pollMs: 5, readMs: 5, againMs: 5, attempts: 3 },
    ...(more as object),
  });
  open.push(made);
  return made;
}

const config = canaryConfigSchema.parse({
  name: 'fraud 7',
  stages: [
    { percent: 5, looks: 2, minSamples: 40, lookSeconds: 60, maxSeconds: 600 },
    { percent: 50, looks: 1, minSamples: 40, lookSeconds: 60, maxSeconds: 600 },
    { percent: 100 },
  ],
  metrics: [{ name: 'latency', critical: true, source: { from: 'prometheus', baseline: 'b', canary: 'c' } }],
  prometheus: { address: 'http://127.0.0.1:9' },
});

/** Time goes on by a minute whenever the run waits for it, until what is wanted is there. */
async function until(
  canaries: Canaries,
  id: string,
  wanted: (run: CanaryRun) => boolean,
  stepMs = 61_000,
): Promise<CanaryRun> {
  return vi.waitFor(
    async () => {
      const run = await canaries.get(id);
      if (wanted(run)) return run;
      if (run.state === 'running' || run.state === 'frozen') clock.advance(stepMs);
      throw new Error(`${run.state}: ${run.why}`);
    },
    { timeout: 20_000, interval: 20 },
  );
}
const over = (run: CanaryRun) => canaryEnds.includes(run.state);

test('what is as good as the baseline gets all the traffic, look by look', async () => {
  const world = worldOf();
  const canaries = canariesOn(world);
  const { id, state } = await canaries.start({ config, by: 'ann', role: 'approver' });
  expect(state).toBe('starting');
  canaries.work();
  const run = await until(canaries, id, over);
  expect(canaryRunSchema.parse(run)).toEqual(run);
  expect(run.state).toBe('promoted');
  expect(world.moves).toEqual([5, 50, 100]);
  expect(run.looks.map(({ decision }) => decision)).toEqual(['next-look', 'next-stage', 'complete']);
  expect(run.moves.map(({ percent, outcome }) => [percent, outcome])).toEqual([
    [5, 'done'],
    [50, 'done'],
    [100, 'done'],
  ]);
  const kinds: string[] = [];
  for await (const { entry } of ledger.entries(null)) if (entry.body.canary === id) kinds.push(entry.kind);
  expect(kinds).toEqual([
    'canary.started',
    'canary.moving',
    'canary.before',
    'canary.moved',
    'canary.looked',
    'canary.looked',
    'canary.moved',
    'canary.looked',
    'canary.moving',
    'canary.moved',
    'canary.promoted',
  ]);
  expect(await canaries.list()).toMatchObject([{ id, state: 'promoted', looks: 3, score: 100 }]);
  await expect(canaries.stop({ id, by: 'ann', why: 'too late' })).rejects.toMatchObject({ code: 'FB-CANARY-OVER' });
});

test('what is worse is taken back at the first look, with the reason', async () => {
  const world = { ...worldOf(), latency: 130 };
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config, by: 'ann', role: 'approver' });
  canaries.work();
  const run = await until(canaries, id, over);
  expect(run).toMatchObject({ state: 'rolled-back', percent: 0, stage: 0 });
  expect(run.looks).toHaveLength(1);
  expect(run.looks[0]?.verdict.metrics[0]).toMatchObject({ class: 'high', failsAlone: true });
  expect(run.why).toMatch(/^latency, which alone fails the canary: Higher than it should be: median 12\d/);
  expect(world.moves).toEqual([5, 0]);
});

test('without samples nothing passes: the stage waits, and goes back when its time is over', async () => {
  const world = { ...worldOf(), latency: null };
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config, by: 'ann', role: 'approver' });
  canaries.work();
  const waiting = await until(canaries, id, (run) => /Too little/.test(run.why));
  expect(waiting).toMatchObject({ state: 'running', percent: 5, looks: [] });
  const run = await until(canaries, id, over);
  expect(run.state).toBe('rolled-back');
  expect(run.why).toMatch(/too little was seen to tell: that is no pass/);
  expect(run.looks.at(-1)?.verdict.class).toBe('cannot-tell');
});

test('a source that is down freezes it; when it is back, what was missed is asked for and it goes on', async () => {
  const world = { ...worldOf(), down: true };
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config, by: 'ann', role: 'approver' });
  canaries.work();
  const frozen = await until(canaries, id, ({ state }) => state === 'frozen', 10_000);
  expect(frozen.why).toMatch(/Something cannot be read, so nothing is scaled up: prometheus: .*Prometheus is down/);
  world.down = false;
  expect((await until(canaries, id, over)).state).toBe('promoted');
});

/** Both sources have told enough; then Prometheus goes away, and only then has the look had its time. */
async function goneInTheMiddle(errors: number) {
  const world = worldOf();
  const two = canaryConfigSchema.parse({
    ...config,
    metrics: [
      { name: 'latency', source: { from: 'prometheus', baseline: 'b', canary: 'c' } },
      { name: 'errors', kind: 'proportion', critical: true, source: { from: 'telemetry', measure: 'errors' } },
    ],
    telemetry: { model: 'm', baseline: '1', canary: '2' },
  });
  const canaries = canariesOn(world, {
    sources: {
      ...sources(world),
      telemetry: async () => ({
        samples: [
          { variant: 'baseline', metric: 'errors', hits: 1, total: 100 },
          { variant: 'canary', metric: 'errors', hits: errors, total: 100 },
        ],
        trouble: [],
      }),
    },
  });
  const { id } = await canaries.start({ config: two, by: 'ann', role: 'approver' });
  canaries.work();
  await until(canaries, id, ({ state }) => state === 'running', 0);
  clock.advance(30_000);
  await vi.waitFor(async () => {
    const seen = `select open #>> '{seen,latency,canary,offered}' as seen from canary where id = $1`;
    const { rows } = await admin.query(seen, [id]);
    expect(Number(rows[0]?.seen)).toBeGreaterThanOrEqual(40);
  });
  world.down = true;
  await until(canaries, id, ({ state }) => state === 'frozen', 100);
  clock.advance(120_000);
  return { world, canaries, id };
}

test('a source that goes away when enough was seen holds the canary', async () => {
  const { world, canaries, id } = await goneInTheMiddle(1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await canaries.get(id)).toMatchObject({ state: 'frozen', percent: 5, looks: [] });
  world.down = false;
  expect((await until(canaries, id, over)).state).toBe('promoted');
});

test('what one source says against it counts while another is away', async () => {
  const { canaries, id } = await goneInTheMiddle(90);
  const run = await until(canaries, id, over, 0);
  expect(run).toMatchObject({ state: 'rolled-back', percent: 0 });
  expect(run.looks[0]?.verdict.metrics.map(({ class: is }) => is)).toEqual(['cannot-tell', 'high']);
  expect(run.looks[0]?.trouble[0]).toMatch(/Prometheus is down/);
});

test('a responder does not start one whose traffic somebody else moves', async () => {
  const canaries = canariesOn(worldOf());
  await expect(canaries.start({ config, by: 'rob', role: 'responder' })).rejects.toMatchObject({
    code: 'FB-AUTH-FORBIDDEN',
  });
});

describe('approval', () => {
  const byLever = canaryConfigSchema.parse({
    ...config,
    traffic: { by: 'lever', action: 'router.share', params: { model: 'm' } },
  });
  const entries = async (id: string) => {
    const found: { kind: string; body: Record<string, unknown> }[] = [];
    for await (const { entry } of ledger.entries(null)) if (entry.body.canary === id) found.push(entry);
    return found;
  };
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
    );

  test('a responder describes it, an approver lets it begin, and the log says by which policy', async () => {
    const world = worldOf();
    const canaries = canariesOn(world);
    canaries.work();
    const started = await canaries.start({ config: byLever, by: 'rob', role: 'responder' });
    expect(started).toMatchObject({ state: 'waiting-approval', approval: { needed: 1, given: [] } });
    const { id, approval } = started;
    const digest = approval?.digest ?? '';
    expect(await code(canaries.approve({ id, digest, by: 'rob', role: 'responder' }))).toBe('FB-APPROVAL-REFUSED');
    expect(await code(canaries.approve({ id, digest: 'a'.repeat(64), by: 'ann', role: 'approver' }))).toBe(
      'FB-APPROVAL-DIGEST',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(world.moves).toEqual([]);
    await canaries.approve({ id, digest, by: 'ann', role: 'approver' });
    expect(await code(canaries.approve({ id, digest, by: 'ann', role: 'approver' }))).toBe('FB-CANARY-OVER');
    const run = await until(canaries, id, over);
    expect(run).toMatchObject({ state: 'promoted', approval: { digest, given: [{ by: 'ann' }] } });
    const approved = (await entries(id)).filter(({ kind }) => kind === 'canary.approved');
    expect(approved).toHaveLength(1);
    expect(approved[0]?.body).toMatchObject({
      digest,
      lever: { action: 'router.share' },
      policy: { decisions: ['approvers-approve'], digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test('whoever may approve it starts it at once; a drastic one waits for a second person', async () => {
    const world = worldOf();
    const canaries = canariesOn(world);
    const one = await canaries.start({ config: byLever, by: 'ann', role: 'approver' });
    expect(one.state).toBe('starting');
    const two = await canaries.start({ config: { ...byLever, about: 'drastic' }, by: 'ann', role: 'approver' });
    expect(two).toMatchObject({ state: 'waiting-approval', approval: { needed: 2, given: [{ by: 'ann' }] } });
    const digest = two.approval?.digest ?? '';
    expect(await code(canaries.approve({ id: two.id, digest, by: 'ANN', role: 'admin' }))).toBe(
      'FB-APPROVAL-SECOND-PERSON',
    );
    const both = await canaries.approve({ id: two.id, digest, by: 'bea', role: 'admin' });
    expect(both.state).toBe('starting');
    await admin.query('update canary set ended_at = now() where ended_at is null');
  });

  test('a description that was changed in the database moves nothing', async () => {
    const world = worldOf();
    const canaries = canariesOn(world);
    const { id } = await canaries.start({ config: byLever, by: 'ann', role: 'approver' });
    await admin.query(
      `update canary set config = jsonb_set(config, '{traffic,params,model}', '"theirs"') where id = $1`,
      [id],
    );
    canaries.work();
    const run = await until(canaries, id, over);
    expect(run).toMatchObject({ state: 'stuck', why: expect.stringMatching(/^FB-CAPABILITY-INVALID: /) });
    expect(world.moves).toEqual([]);
    expect((await entries(id)).map(({ kind }) => kind)).toContain('capability.refused');
  });

  test('what was approved and did not begin within an hour waits again; one that is stopped then has moved nothing', async () => {
    const world = worldOf();
    const canaries = canariesOn(world);
    const { id } = await canaries.start({ config: byLever, by: 'ann', role: 'approver' });
    clock.advance(61 * 60_000);
    canaries.work();
    const waiting = await until(canaries, id, ({ state }) => state === 'waiting-approval', 0);
    expect(waiting.why).toMatch(/^FB-APPROVAL-EXPIRED: /);
    await canaries.stop({ id, by: 'bob', why: 'not today' });
    expect(await until(canaries, id, over, 0)).toMatchObject({ state: 'stopped', percent: null, moves: [] });
    expect(world.moves).toEqual([]);
  });
});

test('stopped by hand, the traffic goes back', async () => {
  const world = worldOf();
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config, by: 'ann', role: 'approver' });
  canaries.work();
  await until(canaries, id, ({ state }) => state === 'running', 0);
  await canaries.stop({ id, by: 'bob', why: 'customers call' });
  const run = await until(canaries, id, over, 0);
  expect(run).toMatchObject({ state: 'stopped', percent: 0, why: 'bob stopped it: customers call' });
  expect(world.percent).toBe(0);
});

test('traffic that cannot be taken away is told, not hidden', async () => {
  const world = { ...worldOf(), latency: 130 };
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config, by: 'ann', role: 'approver' });
  canaries.work();
  await until(canaries, id, ({ state }) => state === 'running', 0);
  world.refuses = true;
  const run = await until(canaries, id, over);
  expect(run).toMatchObject({ state: 'stuck', percent: null });
  expect(run.why).toMatch(/It is not ours\. The canary may still have traffic: take it away by hand/);
});

test('a worker that dies in the middle of a move is followed by one that finishes it, once', async () => {
  const world = { ...worldOf(), dies: true };
  const first = canariesOn(world);
  const { id } = await first.start({ config, by: 'ann', role: 'approver' });
  first.work();
  await vi.waitFor(() => expect(world.moves).toEqual([5]));
  const second = canariesOn(world, { worker: 'another' } as never);
  second.work();
  // The first holds its lease by heartbeats as long as it lives.
  await first.close();
  const run = await until(second, id, over);
  expect(run.state).toBe('promoted');
  expect(world.moves).toEqual([5, 50, 100]);
});

test('what is sent in counts once, and only for metrics that are sent', async () => {
  const sent = canaryConfigSchema.parse({
    ...config,
    metrics: [{ name: 'errors', kind: 'proportion', source: { from: 'sent' } }],
  });
  const world = worldOf();
  const canaries = canariesOn(world);
  const { id } = await canaries.start({ config: sent, by: 'ann', role: 'approver' });
  const batch = {
    id: 'one',
    samples: [
      { variant: 'baseline' as const, metric: 'errors', hits: 1, total: 1000 },
      { variant: 'canary' as const, metric: 'errors', hits: 30, total: 200 },
    ],
  };
  await expect(
    canaries.send(id, { samples: [{ variant: 'canary', metric: 'other', values: [1] }] }),
  ).rejects.toMatchObject({
    code: 'FB-USAGE',
  });
  canaries.work();
  await until(canaries, id, ({ state }) => state === 'running', 0);
  expect([await canaries.send(id, batch), await canaries.send(id, batch)]).toEqual([{ known: false }, { known: true }]);
  const run = await until(canaries, id, over);
  expect(run.state).toBe('rolled-back');
  expect(run.looks[0]?.verdict.metrics[0]?.canary).toMatchObject({ count: 200, centre: 0.15 });
});
