import { FirebreakError } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { testServer } from '../storage/test-database.ts';
import { createJournal } from './journal.ts';
import { containment } from './new-execution.ts';
import type { Claim } from './store.ts';
import { planOf, setSwitch } from './testing/switchboard.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
const { executionStore: store } = place.storage;
const { ledger } = place;
afterAll(async () => {
  await place.close();
  await server.stop();
});

let made = 0;
/** Claims of so many running executions, each about something of its own. */
async function claims(count: number): Promise<readonly Claim[]> {
  for (let n = 0; n < count; n += 1) {
    const incident = await place.openIncident();
    const actions = new Map([[setSwitch.id, setSwitch]]);
    const estate = { all: () => [], get: () => undefined, gaps: [], size: 0 };
    const execution = containment(
      planOf([{ name: `switch-${made++}` }]),
      { incident, by: 'ann', at: systemClock.now() },
      actions,
      estate,
    );
    await store.transaction((tx) => store.create(tx, { ...execution, state: 'running' }));
  }
  return store.claim('w', count, 60_000);
}

test('writes that come together share a transaction, and each is durable when it says so', async () => {
  let transactions = 0;
  const journal = createJournal({
    store: {
      ...store,
      transaction: (work) => {
        transactions += 1;
        return store.transaction(work);
      },
    },
    ledger,
    worker: 'w',
    leaseMs: 60_000,
  });
  const all = await claims(12);
  expect(all.length).toBe(12);
  const results = await Promise.all(
    all.map(async (claim, at) => {
      const write = { claim, change: { state: 'applying', reason: `reason ${at}` }, move: { what: 'keep' } } as const;
      const { result } = await journal.write(write, [{ kind: 'test', body: { at } }]);
      expect((await store.step(claim.step.id))?.reason).toBe(`reason ${at}`);
      return result;
    }),
  );
  expect(new Set(results)).toEqual(new Set(['written']));
  expect(transactions).toBeLessThan(4);
  for (const claim of all) {
    expect((await place.entries(claim.execution.incident)).map(({ kind }) => kind)).toEqual([
      'incident.opened',
      'test',
    ]);
  }
});

test('a bad write fails alone, a fenced one leaves no evidence', async () => {
  const journal = createJournal({ store, ledger, worker: 'w', leaseMs: 60_000 });
  const [good, bad, old] = await claims(3);
  if (good === undefined || bad === undefined || old === undefined) throw new Error('three claims are needed');
  const write = (claim: Claim, body: Record<string, unknown>) =>
    journal.write({ claim, change: { state: 'done' }, move: { what: 'next' } }, [{ kind: 'test', body }]);
  const results = await Promise.allSettled([
    write(good, {}),
    write(bad, { much: 'x'.repeat(2 ** 21) }),
    write({ ...old, fence: old.fence - 1 }, {}),
  ]);
  expect(results[0]).toMatchObject({ status: 'fulfilled', value: { result: 'written', next: { last: true } } });
  expect(results[1]).toMatchObject({ status: 'rejected', reason: expect.any(FirebreakError) });
  expect(results[2]).toMatchObject({ status: 'fulfilled', value: { result: 'fenced' } });
  expect((await store.step(bad.step.id))?.state).toBe('reading');
  expect((await store.step(old.step.id))?.state).toBe('reading');
  expect((await place.entries(old.execution.incident)).map(({ kind }) => kind)).toEqual(['incident.opened']);
});

test('without an answer from the database nothing is written a second time', async () => {
  let transactions = 0;
  const journal = createJournal({
    store: {
      ...store,
      transaction: async (work) => {
        transactions += 1;
        await store.transaction(work);
        throw new FirebreakError('FB-STORAGE-UNAVAILABLE', 'The answer was lost.');
      },
    },
    ledger,
    worker: 'w',
    leaseMs: 60_000,
  });
  const all = await claims(3);
  const results = await Promise.allSettled(
    all.map((claim) => journal.write({ claim, change: {}, move: { what: 'keep' } }, [{ kind: 'test', body: {} }])),
  );
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(transactions).toBeLessThan(3);
  for (const claim of all) expect((await place.entries(claim.execution.incident)).length).toBe(2);
});
