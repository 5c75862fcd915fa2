/**
 * Executions with faults, many at a time: the real runner, worker, journal, ledger and PostgreSQL, and a peer in memory that
 * misbehaves as it is told. What happens is told beforehand by a script for each execution and one for the run, so that a run
 * can be made again from its seed; how the workers interleave is left to chance.
 *
 * However it goes, each execution must end as one of three: verified containment, exact rollback, or a residual that is named.
 */
import { FirebreakError, type Outcome } from '@firebreak/contract';
import fc from 'fast-check';
import pg from 'pg';
import type { Transaction } from '../../storage/database.ts';
import type { Runner } from '../runner.ts';
import type { ExecutionRow, ExecutionStore } from '../store.ts';
import { type Desk, Shelf, setField, setWhole, shelfPlan } from './shelf.case.ts';
import type { Workplace } from './workplace.case.ts';

/** What becomes of one request to the peer. `lost`: no answer; `meddle`: somebody else writes just before. */
export const peerFaults = [
  'hang',
  '429',
  '500',
  'refused',
  'lost-before',
  'lost-after',
  'meddle-field',
  'meddle-other',
  'meddle-after',
] as const;
type PeerFault = (typeof peerFaults)[number];

/** One execution: its steps, faults by the number of the request, and what people do then. */
export interface Script {
  readonly steps: readonly { readonly object: number; readonly field: 'a' | 'b'; readonly whole: boolean }[];
  readonly faults: readonly (readonly [request: number, PeerFault])[];
  readonly end: 'leave' | 'undo' | 'merge' | 'force' | 'abort' | 'pause' | 'undo-early';
  /** Requests after which an early undo, an abort or a pause comes. */
  readonly after: number;
}

/** What happens to all of them: workers that die, a disk that is full, answers of the database that are lost, clocks. */
export interface Storm {
  readonly kills: readonly number[];
  readonly fullDisk: readonly number[];
  readonly lostCommits: readonly number[];
  /** Minutes, forward and back. */
  readonly jumps: readonly number[];
}

export const script: fc.Arbitrary<Script> = fc.record({
  steps: fc.array(
    fc.record({ object: fc.nat({ max: 2 }), field: fc.constantFrom('a' as const, 'b' as const), whole: fc.boolean() }),
    { minLength: 1, maxLength: 3 },
  ),
  faults: fc.array(fc.tuple(fc.nat({ max: 24 }), fc.constantFrom(...peerFaults)), { maxLength: 5 }),
  end: fc.constantFrom('leave', 'undo', 'undo', 'merge', 'force', 'abort', 'pause', 'undo-early'),
  after: fc.nat({ max: 8 }),
});

export const storm: fc.Arbitrary<Storm> = fc.record({
  kills: fc.array(fc.nat({ max: 1_500 }), { maxLength: 3 }),
  fullDisk: fc.array(fc.nat({ max: 400 }), { maxLength: 6 }),
  lostCommits: fc.array(fc.nat({ max: 400 }), { maxLength: 4 }),
  jumps: fc.array(fc.constantFrom(-120, -1, 1, 120), { maxLength: 3 }),
});

/** How the executions of a run ended, counted. */
export type Endings = Record<'contained' | 'rolledBack' | 'residual', number>;

const lengthMs = 2_000;
const callMs = 120;
/** Longer than any script can take. */
const stuckMs = 90_000;

/** A process that may be gone: then nothing it asked is ever answered, until the run is over and it is buried. */
class Mortal {
  dead = false;
  readonly #grave = Promise.withResolvers<never>();
  constructor() {
    this.#grave.promise.catch(() => undefined);
  }
  async live<T>(work: () => Promise<T>): Promise<T> {
    if (this.dead) return this.#grave.promise;
    try {
      const result = await work();
      return this.dead ? this.#grave.promise : result;
    } catch (error) {
      if (this.dead) return this.#grave.promise;
      throw error;
    }
  }
  bury(): void {
    this.#grave.reject(new Error('killed'));
  }
}

let run = 0;

/**
 * Runs the scripts to their ends and judges each.
 *
 * @throws Error for the first that ends as nothing of the three, with its script
 */
export async function faultRun(place: Workplace, scripts: readonly Script[], weather: Storm): Promise<Endings> {
  const shelf = new Shelf();
  const prefix = `r${run++}`;
  const admin = new pg.Pool({ connectionString: place.url, max: 1 });
  const requests = new Map<string, number>();
  const cases = new Map<string, { readonly script: Script; readonly at: number }>();
  let allRequests = 0;
  let transactions = 0;
  const alive: Mortal[] = [];
  const born: Mortal[] = [];

  function desk(mortal: Mortal): Desk {
    /** The script's word on this request, and the request itself. */
    async function asked<T>(object: string, refusal: (code: string) => T, work: () => T, isWrite: boolean): Promise<T> {
      const owner = object.slice(0, object.lastIndexOf('/'));
      const nth = requests.get(owner) ?? 0;
      requests.set(owner, nth + 1);
      if (weather.kills.includes(allRequests++)) {
        const victim = alive.shift();
        if (victim !== undefined) victim.dead = true;
        begin();
      }
      return mortal.live(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        const fault = cases.get(owner)?.script.faults.find(([at]) => at === nth)?.[1];
        switch (fault) {
          case undefined:
            return work();
          case 'hang':
            return new Promise<never>(() => undefined);
          case '429':
            return refusal('FB-K8S-THROTTLED');
          case '500':
            return refusal('FB-K8S-UNREACHABLE');
          case 'refused':
            return refusal('FB-K8S-FORBIDDEN');
          case 'lost-before':
            return lost(isWrite, refusal);
          case 'lost-after':
            work();
            return lost(isWrite, refusal);
          case 'meddle-field':
            shelf.meddle(object, 'a', `theirs ${nth}`);
            return work();
          case 'meddle-other':
            shelf.meddle(object, 'c', `theirs ${nth}`);
            return work();
          case 'meddle-after': {
            const result = work();
            shelf.meddle(object, 'b', `theirs ${nth}`);
            return result;
          }
        }
      });
    }
    const thrown = (code: string): never => {
      throw new FirebreakError(code as 'FB-K8S-FORBIDDEN', 'By the script.');
    };
    const refused = (code: string): Outcome => ({
      outcome: 'refused',
      code,
      reason: 'By the script.',
      retryable: code !== 'FB-K8S-FORBIDDEN',
    });
    return {
      read: (object) => asked(object, thrown, () => shelf.read(object), false),
      write: (object, field, to, version) =>
        asked(object, refused, () => shelf.write(object, field, to, version), true),
      probe: (object, field) => asked(object, thrown, () => shelf.probe(object, field), false),
    };
  }

  function lost<T>(isWrite: boolean, refusal: (code: string) => T): T {
    return isWrite ? ({ outcome: 'unknown', reason: 'No answer came.' } as T) : refusal('FB-K8S-UNREACHABLE');
  }

  /** PostgreSQL says that its disk is full as an error of the statement; a lost answer to a commit as a broken connection. */
  function troubled(store: ExecutionStore<Transaction>, mortal: Mortal): ExecutionStore<Transaction> {
    return {
      ...store,
      claim: (...request) => mortal.live(() => store.claim(...request)),
      renew: (...request) => mortal.live(() => store.renew(...request)),
      get: (...request) => mortal.live(() => store.get(...request)),
      step: (...request) => mortal.live(() => store.step(...request)),
      reassertionsOf: (...request) => mortal.live(() => store.reassertionsOf(...request)),
      transaction: (work) =>
        mortal.live(async () => {
          const nth = transactions++;
          const result = await store.transaction(async (tx) => {
            const inner = await work(tx);
            if (weather.fullDisk.includes(nth))
              await tx.query(`do $$ begin raise exception 'disk' using errcode = '53100'; end $$`);
            // a dead process does not commit
            if (mortal.dead) throw new Error('killed');
            return inner;
          });
          if (weather.lostCommits.includes(nth))
            throw new FirebreakError('FB-STORAGE-UNAVAILABLE', 'The answer was lost.');
          return result;
        }),
    };
  }

  const pace = {
    leaseMs: lengthMs,
    heartbeatMs: 150,
    pollMs: 25,
    callMs,
    attempts: 6,
    backOffMs: (attempt: number) => Math.min(2 ** attempt, 20),
    readBackWaitsMs: [1, 2],
    probeWaitsMs: [1, 2],
    tendMs: 3_600_000,
  };
  const actions = [setField, setWhole];
  const people = place.runner({ actions, session: () => shelf, pace });

  function begin(): Runner {
    const mortal = new Mortal();
    alive.push(mortal);
    born.push(mortal);
    const session = desk(mortal);
    const runner = place.runner({
      actions,
      session: () => session,
      store: troubled(place.storage.executionStore, mortal),
      concurrency: 48,
      pace,
    });
    runner.work();
    return runner;
  }

  async function live(one: Script, at: number): Promise<keyof Endings> {
    const owner = `${prefix}/${at}`;
    cases.set(owner, { script: one, at });
    const names = [0, 1, 2].map((object) => `${owner}/${object}`);
    for (const name of names) shelf.put(name, { a: 'open', b: 'open' });
    const incident = await place.openIncident();
    const plan = shelfPlan(
      one.steps.map(({ object, field, whole }) => ({
        object: names[object] ?? '',
        field,
        to: 'shut',
        action: whole ? setWhole.id : setField.id,
      })),
    );
    const { id } = await people.start({ incident, plan, by: 'ann' });
    await people.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
    const early = one.end === 'abort' || one.end === 'pause' || one.end === 'undo-early';
    if (early) {
      await until(
        async () => (requests.get(owner) ?? 0) >= one.after || (await stateOf(people, incident)) !== 'running',
      );
      if (one.end === 'pause') {
        await people.pause({ incident, by: 'ann' }).catch(ignoreState);
        await people.resume({ incident, by: 'ann' }).catch(ignoreState);
      }
      if (one.end === 'abort') await people.abort({ incident, by: 'ann' }).catch(ignoreState);
    }
    if (one.end !== 'undo-early') await quiet(owner, incident, id);
    const wantsUndo = one.end !== 'leave' && one.end !== 'pause';
    if (!wantsUndo) return judgeContained(one, incident, names);
    const undoing = await people.undo({
      incident,
      by: 'ann',
      merge: one.end === 'merge',
      force: one.end === 'force',
    });
    await quiet(owner, incident, undoing.id);
    return judgeUndone(one, incident, names);
  }

  /** The execution has ended, and no row of the incident is under way. */
  async function quiet(owner: string, incident: string, id: string): Promise<void> {
    await people.settled(id, AbortSignal.timeout(stuckMs)).catch(async (error: unknown) => {
      const rows = (await place.storage.executionStore.get(id))?.steps.map(({ changes: _, plan: __, ...row }) => row);
      throw new Error(`${owner} is stuck: ${JSON.stringify(rows)}`, { cause: error });
    });
    await until(async () => {
      const rows = (await place.storage.executionStore.all(incident)).flatMap(({ steps }) => steps);
      const underWay = ['reading', 'applying', 'verifying', 'undoing'];
      const live = rows.filter(({ state, endedAt }) => endedAt === null && underWay.includes(state));
      const undone = new Set(rows.map(({ undoes }) => undoes));
      // a row whose execution was stopped is finished by its worker, or else by the undo
      return live.every((row) => undone.has(row.id) || row.ageMs > 5 * lengthMs);
    });
  }

  async function judgeContained(one: Script, incident: string, names: readonly string[]): Promise<keyof Endings> {
    const execution = await newest(incident);
    if (execution.state === 'stopped') return namedOr(execution, one);
    if (execution.state === 'done-unproven') return unprovenOr(execution, one);
    if (execution.state !== 'contained') throw wrong(one, `it is ${execution.state}`);
    for (const { plan, state, probes } of execution.steps) {
      if (plan === null) continue;
      if (state !== 'done' || probes.some(({ result }) => result !== 'holds'))
        throw wrong(one, `${plan.id} is ${state}`);
      const { object, field } = plan.lever.params as { object: string; field: string };
      const { fields, without } = shelf.look(object);
      // who wrote after the probe is the watch's to find
      if (fields[field] !== 'shut' && fields[field] !== without[field])
        throw wrong(one, `${object} is ${fields[field]}`);
    }
    await untouched(one, names);
    return 'contained';
  }

  async function judgeUndone(one: Script, incident: string, names: readonly string[]): Promise<keyof Endings> {
    const execution = await newest(incident);
    await untouched(one, names);
    if (execution.state === 'stopped') return namedOr(execution, one);
    if (execution.state !== 'undone') throw wrong(one, `the undo is ${execution.state}`);
    for (const name of names) {
      const { fields, without } = shelf.look(name);
      const same = JSON.stringify(sorted(fields)) === JSON.stringify(sorted(without));
      if (!same && one.end !== 'force')
        throw wrong(one, `${name} is ${JSON.stringify(fields)}, without us ${JSON.stringify(without)}`);
    }
    return 'rolledBack';
  }

  /** What others wrote is there, unless we wrote over it in a way that the script asked for. */
  async function untouched(one: Script, names: readonly string[]): Promise<void> {
    if (one.end === 'force') return;
    for (const name of names) {
      const { fields, without } = shelf.look(name);
      for (const field of Object.keys({ ...fields, ...without }))
        if (fields[field] !== without[field] && fields[field] !== 'shut')
          throw wrong(one, `${name} ${field} is ${fields[field]}, others left ${without[field]}`);
    }
  }

  /** All is done, and a probe that could not be tried says so. */
  function unprovenOr({ steps }: ExecutionRow, one: Script): 'residual' {
    const open = steps.flatMap(({ probes }) => probes.filter(({ result }) => result !== 'holds'));
    if (open.length === 0) throw wrong(one, 'it is not proven and no probe says why');
    return 'residual';
  }

  function namedOr(execution: ExecutionRow, one: Script): 'residual' {
    const rows = execution.steps.filter(({ state }) => ['refused', 'failed-probe', 'undo-refused'].includes(state));
    const aborted = one.end === 'abort' && execution.direction === 'contain';
    if (rows.length === 0 && !aborted) throw wrong(one, 'it stopped and no step says why');
    for (const { reason } of rows)
      if (!/^FB-[A-Z0-9-]+: ./.test(reason ?? '')) throw wrong(one, `a reason is ${reason}`);
    return 'residual';
  }

  async function newest(incident: string): Promise<ExecutionRow> {
    const execution = await place.storage.executionStore.latest(incident);
    if (execution === null) throw new Error('the execution is gone');
    // gapless, by the check inside
    await place.entries(incident);
    return execution;
  }

  async function jump(minutes: number): Promise<void> {
    const by = `interval '${minutes} minutes'`;
    await admin.query(
      `update step set lease_until = lease_until - ${by}, not_before = not_before - ${by} where ended_at is null;
       update target_hold set until = until - ${by}`,
    );
  }

  begin();
  begin();
  const pauses = weather.jumps.map(async (minutes, nth) => {
    await new Promise((resolve) => setTimeout(resolve, 150 * (nth + 1)));
    await jump(minutes).catch(() => undefined);
  });
  try {
    const endings: Endings = { contained: 0, rolledBack: 0, residual: 0 };
    const lanes = [...scripts.entries()];
    const failures: unknown[] = [];
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let next = lanes.shift(); next !== undefined; next = lanes.shift()) {
          const [at, one] = next;
          try {
            endings[await live(one, at)] += 1;
          } catch (error) {
            failures.push(error);
          }
        }
      }),
    );
    await Promise.all(pauses);
    if (failures.length > 0) throw failures[0];
    if (shelf.repeated > 0) throw new Error(`${shelf.repeated} writes were repeated`);
    return endings;
  } finally {
    for (const mortal of born) mortal.bury();
    await place.rest();
    await admin.end();
  }
}

async function stateOf(runner: Runner, incident: string): Promise<string | undefined> {
  return (await runner.status(incident))?.state;
}

function ignoreState(error: unknown): void {
  if (!(error instanceof FirebreakError) || error.code !== 'FB-EXECUTION-STATE') throw error;
}

/** @throws Error when it does not come true: something is stuck */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + stuckMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it does not come to an end');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function wrong(one: Script, what: string): Error {
  return new Error(`${what}: ${JSON.stringify(one)}`);
}

function sorted(fields: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
