/** Containments that stand for some time only. The clock is the database's; tests move what is due, which is the same. */
import pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { eventSchema, type StorageEvent } from '../storage/events.ts';
import { testServer } from '../storage/test-database.ts';
import { Shelf, setField, shelfPlan } from './testing/shelf.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const url = await server.database();
const place = await openWorkplace(url);
const admin = new pg.Pool({ connectionString: url, max: 1 });
const events: StorageEvent[] = [];
const unlisten = await place.storage.listen((event) => events.push(eventSchema.parse(event)));
afterEach(() => place.rest());
afterAll(async () => {
  await unlisten();
  await admin.end();
  await place.close();
  await server.stop();
});
const hour = 3_600_000;

/** The database's clock goes so much forward, seen from what was written down. */
async function jump(ms: number): Promise<void> {
  const earlier = (column: string) => `${column} = ${column} - ${ms} * interval '1 millisecond'`;
  // Executions before steps, as the store locks them: in another order the two wait for each other until PostgreSQL ends one of them.
  await admin.query(
    `select 1 from execution order by id for update;
     update execution set ${['expires_at', 'watch_due'].map(earlier).join(', ')};
     update step set ${['lease_until', 'not_before', 'expires_at', 'made_at'].map(earlier).join(', ')};
     update target_hold set ${earlier('until')}`,
  );
}

async function contained(lease: { ms?: number; steps?: Record<string, number> } | undefined, count = 2) {
  const shelf = new Shelf();
  const names = Array.from({ length: count }, (_, at) => `x${at}`);
  for (const name of names) shelf.put(name, { a: 'open' });
  const make = () => place.runner({ actions: [setField], session: () => shelf, pace: { tendMs: 20 } });
  const runner = make();
  runner.work();
  const incident = await place.openIncident();
  const plan = shelfPlan(names.map((object) => ({ object, field: 'a', to: 'shut' })));
  const { id } = await runner.start({ incident, plan, by: 'ann', lease });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  const done = await runner.settled(id);
  expect(done.state).toBe('contained');
  const fields = () => names.map((name) => shelf.look(name).fields.a);
  const status = async () => (await runner.status(incident)) ?? expect.fail('it is gone');
  return { shelf, runner, make, incident, plan, done, fields, status };
}

test('the whole expires: undone in order, once, by whoever looks, and the log says why', async () => {
  const { make, incident, done, fields, status } = await contained({ ms: hour });
  const left = Date.parse(done.expiresAt ?? '') - Date.now();
  expect(left).toBeGreaterThan(hour - 60_000);
  expect(left).toBeLessThan(hour + 60_000);
  for (let more = 0; more < 3; more += 1) make().work();
  await jump(2 * hour);
  await expect.poll(async () => (await status()).state).toBe('undone');
  expect((await status()).steps.map(({ stepId }) => stepId)).toEqual(['s2', 's1']);
  expect(fields()).toEqual(['open', 'open']);
  // back and forth again: what was acted upon is struck out
  await jump(-3 * hour);
  await jump(4 * hour);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const kinds = (await place.entries(incident)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => ['lease.expired', 'incident.undone', 'step.undone'].includes(kind))).toEqual([
    'lease.expired',
    'step.undone',
    'step.undone',
    'incident.undone',
  ]);
});

test('people are told ahead, once, and may renew it', async () => {
  const { runner, incident, status, fields } = await contained({ ms: hour });
  await jump(hour * 0.9);
  await expect.poll(() => events.some((event) => event.type === 'lease' && event.incident === incident)).toBe(true);
  const told = async () => (await place.entries(incident)).filter(({ kind }) => kind === 'lease.ending').length;
  const renewed = await runner.renew({ incident, by: 'ben', forMs: 4 * hour });
  expect(Date.parse(renewed.expiresAt ?? '') - Date.now()).toBeGreaterThan(3.9 * hour);
  await jump(hour);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await status()).state).toBe('contained');
  expect(fields()).toEqual(['shut', 'shut']);
  expect(await told()).toBe(1);
  expect((await place.entries(incident)).at(-1)).toMatchObject({ kind: 'lease.renewed', actor: 'ben' });
});

test('a single step expires: the others stand, and nobody calls that contained or undone', async () => {
  const { runner, incident, fields, status } = await contained({ steps: { s2: hour } }, 3);
  expect((await status()).steps.map(({ expiresAt }) => expiresAt !== undefined)).toEqual([false, true, false]);
  await jump(2 * hour);
  await expect.poll(async () => (await status()).direction).toBe('undo');
  await runner.settled((await status()).id);
  expect(fields()).toEqual(['shut', 'open', 'shut']);
  expect((await place.incidents.get(incident)).state).toBe('not-contained');
  const rest = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(rest.steps.map(({ stepId }) => stepId)).toEqual(['s3', 's1']);
  expect(fields()).toEqual(['open', 'open', 'open']);
  expect((await place.incidents.get(incident)).state).toBe('undone');
});

test('what others changed is not overwritten because time is up', async () => {
  const { shelf, status } = await contained({ ms: hour }, 1);
  shelf.meddle('x0', 'a', 'ajar');
  await jump(2 * hour);
  await expect.poll(async () => (await status()).state).toBe('stopped');
  expect((await status()).steps[0]?.reason).toMatch(/^FB-UNDO-CHANGED/);
  expect(shelf.look('x0').fields.a).toBe('ajar');
});

test('what stays cannot be renewed, and a step that is not there cannot expire', async () => {
  const { runner, incident, plan } = await contained(undefined, 1);
  await expect(runner.renew({ incident, by: 'ann' })).rejects.toMatchObject({ code: 'FB-LEASE-NONE' });
  const other = await place.openIncident();
  const start = runner.start({ incident: other, plan, by: 'ann', lease: { steps: { s9: hour } } });
  await expect(start).rejects.toMatchObject({ code: 'FB-USAGE' });
});

test('a clock that is set back holds nobody up: a dead worker is taken over, a back-off ends', async () => {
  const shelf = new Shelf();
  shelf.put('x', { a: 'open' });
  const incident = await place.openIncident();
  const plan = shelfPlan([{ object: 'x', field: 'a', to: 'shut' }]);
  const reading = Promise.withResolvers<void>();
  const dead = place.runner({
    actions: [setField],
    session: () => ({
      read: () => {
        reading.resolve();
        return new Promise(() => undefined);
      },
    }),
    pace: { heartbeatMs: 3_600_000 },
  });
  const { id } = await dead.start({ incident, plan, by: 'ann' });
  await dead.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  dead.work();
  await reading.promise;
  await jump(-hour);
  const runner = place.runner({ actions: [setField], session: () => shelf });
  runner.work();
  expect((await runner.settled(id)).state).toBe('contained');
});
