/**
 * Workers that die, sleep and race. The first worker is a process of its own that is killed, or stopped, at every place it
 * passes in turn; a second worker then takes over. Whatever the place: the same end, nothing lost, nothing done twice.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { planOf } from './testing/switchboard.case.ts';
import { openWorkplace, type Workplace } from './testing/workplace.case.ts';

const server = await testServer();
const children = new Set<ChildProcess>();
/** A database of its own, with nobody else at work. */
async function newPlace(): Promise<Workplace> {
  return openWorkplace(await server.database());
}
const place = await newPlace();
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await place.rest();
});
afterAll(async () => {
  await place.close();
  await server.stop();
});

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves with the exit's signal, or null. */
  readonly exited: Promise<NodeJS.Signals | null>;
  /** Resolves when a line matches. @throws Error when the process ends without one */
  until(line: RegExp): Promise<void>;
}

/** A worker that gets `signal` at `where`: the number of a place that it passes, or the first place of that name. */
function worker(
  at: Workplace,
  signal: 'SIGKILL' | 'SIGSTOP',
  where: number | string,
  leaseMs: number,
  incident: string,
): Child {
  const script = fileURLToPath(new URL('./testing/worker-process.case.ts', import.meta.url));
  const child = spawn(process.execPath, [script, at.url, signal, `${where}`, `${leaseMs}`, incident], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'firebreak-compile-cache') },
  });
  children.add(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  let isOver = false;
  const exited = once(child, 'close').then(([code, by]): NodeJS.Signals | null => {
    isOver = true;
    if (code !== null && code !== 0) throw new Error(`the worker failed: ${lines.at(-1)}`);
    return by;
  });
  return {
    process: child,
    lines,
    exited,
    async until(line) {
      while (!lines.some((seen) => line.test(seen))) {
        if (isOver) throw new Error(`the worker ended before ${line}: ${lines.join(', ')}`);
        await Promise.race([once(reader, 'line'), exited]);
      }
    },
  };
}

let made = 0;
async function approved(count: number, precondition: boolean, at: Workplace = place) {
  const names = Array.from({ length: count }, () => `switch-${made++}`);
  await at.switches.create(...names);
  const incident = await at.openIncident();
  const plan = planOf(names.map((name) => ({ name, precondition })));
  const runner = at.runner();
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  return { names, incident, id, runner };
}

/** Everything that must be the same however often somebody died on the way. */
async function expectContained(names: readonly string[], incident: string, at: Workplace = place): Promise<void> {
  for (const name of names) expect(await at.switches.look(name)).toEqual({ position: 'shut', sets: 1 });
  const entries = await at.entries(incident);
  for (const step of names.map((_, index) => `s${index + 1}`)) {
    const kinds = entries.filter(({ body }) => body.step === step).map(({ kind }) => kind);
    expect(kinds.filter((kind) => ['step.before', 'step.applied', 'step.probed', 'step.done'].includes(kind))).toEqual([
      'step.before',
      'step.applied',
      'step.probed',
      'step.done',
    ]);
  }
  expect(entries.filter(({ kind }) => kind === 'incident.contained').length).toBe(1);
}

/**
 * Runs `attempt` with n = 0, 1, 2, … until it says that nothing was left to be killed, a few at a time, each on its own
 * database. Gives the places at which somebody was killed.
 */
async function everywhere(attempt: (n: number, at: Workplace) => Promise<string | null>): Promise<string[]> {
  const killed: string[] = [];
  let next = 0;
  let over = false;
  async function lane(): Promise<void> {
    const at = await newPlace();
    while (!over) {
      const n = next++;
      const where = await attempt(n, at);
      if (where === null) over = true;
      else killed.push(where);
    }
    await at.close();
  }
  await Promise.all(Array.from({ length: 6 }, lane));
  return killed.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

function placeNames(lines: readonly string[]): string[] {
  return [...new Set(lines.map((line) => line.replace(/^\d+ /, '')))].sort();
}

test('killed at every place of a containment, another worker brings it to the same end', async () => {
  const attempt = async (n: number, at: Workplace): Promise<string | null> => {
    const { names, incident, id, runner } = await approved(2, false, at);
    const child = worker(at, 'SIGKILL', n, 1_500, incident);
    const by = await child.exited;
    if (by !== null) runner.work();
    expect((await runner.settled(id)).state, child.lines.at(-1)).toBe('contained');
    await expectContained(names, incident, at);
    await runner.close();
    return by === null ? null : (child.lines.at(-1) ?? '');
  };
  const inTransaction = ['before the transaction', 'before the commit', 'after the commit'];
  const around = ['read', 'set', 'probe', 'proof'].flatMap((what) => [`before ${what}`, `after ${what}`]);
  const places = ['claimed', ...inTransaction, ...around].sort();
  // A worker that waits long for its turn reads more often, and then the nth place is another one: what was missed is tried again.
  const killed = await everywhere(attempt);
  for (let again = 0; again < 2 && placeNames(killed).length < places.length; again += 1)
    killed.push(...(await everywhere(attempt)));
  // the claim, and for each step two reads, a set, a probe and three transactions; then the proof and its transaction
  expect(killed.length, killed.join('\n')).toBeGreaterThanOrEqual(1 + 2 * (2 * 2 + 2 + 2 + 3 * 3) + 2 + 3);
  expect(placeNames(killed)).toEqual(places);
}, 240_000);

test('killed at every place of an undo', async () => {
  const killed = await everywhere(async (n, at) => {
    const { names, incident, id, runner } = await approved(1, false, at);
    runner.work();
    await runner.settled(id);
    await runner.close();
    const undoing = await runner.undo({ incident, by: 'ann' });
    const child = worker(at, 'SIGKILL', n, 1_500, incident);
    const by = await child.exited;
    if (by !== null) runner.work();
    expect((await runner.settled(undoing.id)).state, child.lines.at(-1)).toBe('undone');
    await runner.close();
    for (const name of names) expect(await at.switches.look(name)).toEqual({ position: 'open', sets: 2 });
    const kinds = (await at.entries(incident)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'step.undone' || kind === 'incident.undone')).toEqual([
      'step.undone',
      'incident.undone',
    ]);
    return by === null ? null : (child.lines.at(-1) ?? '');
  });
  expect(killed.length, killed.join('\n')).toBeGreaterThanOrEqual(1 + 2 * 2 + 2 + 2 * 3);
}, 240_000);

test.each([
  // after the intent is durable, before anything is sent: the lease is looked at once more
  { where: 'after the commit', precondition: false },
  // with the request as good as sent: only the peer's precondition can refuse it
  { where: 'before set', precondition: true },
  { where: 'after set', precondition: false },
  { where: 'before probe', precondition: false },
])('a worker that sleeps past its lease ($where) is fenced off', async ({ where, precondition }) => {
  const { names, incident, id, runner } = await approved(2, precondition);
  const sleeper = worker(place, 'SIGSTOP', where, 400, incident);
  await sleeper.until(new RegExp(where));
  runner.work();
  expect((await runner.settled(id)).state).toBe('contained');
  const before = await place.entries(incident);
  sleeper.process.kill('SIGCONT');
  await sleeper.until(/^settled/);
  await sleeper.exited;
  await expectContained(names, incident);
  expect(await place.entries(incident)).toEqual(before);
});

test('a worker that sleeps inside its transaction does not keep the ledger to itself', async () => {
  const { names, incident, id, runner } = await approved(1, false);
  const sleeper = worker(place, 'SIGSTOP', 'before the commit', 400, incident);
  await sleeper.until(/before the commit/);
  runner.work();
  expect((await runner.settled(id)).state).toBe('contained');
  await expectContained(names, incident);
}, 60_000);

test('three workers race for forty executions: each step once', async () => {
  const work = await Promise.all(Array.from({ length: 40 }, () => approved(3, false)));
  await place.rest();
  const first = work[0];
  const child = worker(place, 'SIGKILL', -1, 2_000, first?.incident ?? '');
  for (const concurrency of [5, 7]) place.runner({ concurrency, pace: { leaseMs: 2_000 } }).work();
  for (const { names, incident, id, runner } of work) {
    expect((await runner.settled(id)).state).toBe('contained');
    await expectContained(names, incident);
  }
  await child.exited;
});

test('a worker that is told to stop gives its step back at once', async () => {
  const { names, incident, id, runner } = await approved(1, false);
  const reading = Promise.withResolvers<void>();
  const leaving = place.runner({
    pace: { leaseMs: 600_000 },
    switches: {
      read: () => {
        reading.resolve();
        return new Promise(() => undefined);
      },
    },
  });
  leaving.work();
  await reading.promise;
  await leaving.close();
  runner.work();
  expect((await runner.settled(id)).state).toBe('contained');
  await expectContained(names, incident);
});
