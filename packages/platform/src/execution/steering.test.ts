/** Paused, resumed, aborted; and executions that meet at one target. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import type { Runner } from './runner.ts';
import { Shelf, setField, shelfPlan } from './testing/shelf.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
afterEach(() => place.rest());
afterAll(async () => {
  await place.close();
  await server.stop();
});

/** A shelf whose writes wait until they are let through. */
function slowShelf(...names: readonly string[]) {
  const shelf = new Shelf();
  for (const name of names) shelf.put(name, { a: 'open', b: 'open' });
  const arrived: string[] = [];
  const waiting: (() => void)[] = [];
  let free = false;
  const session = {
    read: async (object: string) => shelf.read(object),
    probe: async (object: string, field: string) => shelf.probe(object, field),
    write: async (object: string, field: string, to: string | undefined, version: number) => {
      arrived.push(`${object} ${field} ${to}`);
      if (!free) await new Promise<void>((resolve) => waiting.push(resolve));
      return shelf.write(object, field, to, version);
    },
  };
  const through = (all = true) => {
    free ||= all;
    for (const each of waiting.splice(0)) each();
  };
  return { shelf, session, arrived, through };
}

async function approved(runner: Runner, steps: Parameters<typeof shelfPlan>[0]) {
  const incident = await place.openIncident();
  const plan = shelfPlan(steps);
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  return { incident, id };
}
const shut = (object: string, field = 'a') => ({ object, field, to: 'shut' });

test('paused between steps, what is under way is finished; resumed, it goes on', async () => {
  const { session, arrived, through, shelf } = slowShelf('x', 'y');
  const runner = place.runner({ actions: [setField], session: () => session });
  runner.work();
  const { incident, id } = await approved(runner, [shut('x'), shut('y')]);
  await expect.poll(() => arrived.length).toBe(1);
  expect((await runner.pause({ incident, by: 'ben' })).state).toBe('paused');
  through();
  await expect.poll(async () => (await runner.status(incident))?.steps[0]?.state).toBe('done');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await runner.status(incident)).toMatchObject({
    state: 'paused',
    steps: [{ state: 'done' }, { state: 'waiting' }],
  });
  expect(await place.incidents.get(incident)).toMatchObject({
    state: 'containing',
    note: 'Paused: 1 of 2 steps done.',
  });
  expect(shelf.look('y').fields.a).toBe('open');
  await expect(runner.pause({ incident, by: 'ben' })).rejects.toMatchObject({ code: 'FB-EXECUTION-STATE' });
  await runner.resume({ incident, by: 'ann' });
  expect((await runner.settled(id)).state).toBe('contained');
  const kinds = (await place.entries(incident)).map(({ kind, actor }) => `${kind} ${actor}`);
  expect(kinds).toEqual(expect.arrayContaining(['execution.paused ben', 'execution.resumed ann']));
});

test('paused during the last row, its true ending counts', async () => {
  const proving = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const { session, through } = slowShelf('x');
  through();
  const runner = place.runner({
    actions: [setField],
    session: () => session,
    prove: async () => {
      proving.resolve();
      await answer.promise;
      return { contained: true, reachable: [], detail: 'None.' };
    },
  });
  runner.work();
  const { incident, id } = await approved(runner, [shut('x')]);
  await proving.promise;
  await runner.pause({ incident, by: 'ann' });
  answer.resolve();
  await expect.poll(async () => (await runner.status(incident))?.state).toBe('contained');
  expect((await runner.settled(id)).proof?.contained).toBe(true);
});

test('aborted in the middle: what was under way is finished and recorded, nothing further begins, and it can be undone', async () => {
  const { session, arrived, through, shelf } = slowShelf('x', 'y');
  const runner = place.runner({ actions: [setField], session: () => session });
  runner.work();
  const { incident } = await approved(runner, [shut('x'), shut('y')]);
  await expect.poll(() => arrived.length).toBe(1);
  expect((await runner.abort({ incident, by: 'ann' })).state).toBe('stopped');
  through();
  await expect.poll(async () => (await runner.status(incident))?.steps[0]?.state).toBe('done');
  expect(await runner.status(incident)).toMatchObject({
    state: 'stopped',
    steps: [{ state: 'done' }, { state: 'waiting' }],
  });
  const undone = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(undone).toMatchObject({ state: 'undone', steps: [{ stepId: 's1' }] });
  expect([shelf.look('x').fields.a, shelf.look('y').fields.a]).toEqual(['open', 'open']);
  await expect(runner.abort({ incident, by: 'ann' })).rejects.toMatchObject({ code: 'FB-EXECUTION-STATE' });
  await expect(runner.resume({ incident, by: 'ann' })).rejects.toMatchObject({ code: 'FB-EXECUTION-STATE' });
});

test('two executions on one object: the second begins when the first has ended, and each undo knows its own', async () => {
  const { session, arrived, through, shelf } = slowShelf('x');
  const first = place.runner({ actions: [setField], session: () => session });
  const second = place.runner({ actions: [setField], session: () => session });
  first.work();
  const one = await approved(first, [shut('x', 'a')]);
  await expect.poll(() => arrived.length).toBe(1);
  second.work();
  const two = await approved(second, [shut('x', 'b')]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(arrived).toEqual(['x a shut']);
  expect((await second.status(two.incident))?.steps[0]?.attempt).toBe(0);
  through();
  expect((await first.settled(one.id)).state).toBe('contained');
  const after = await second.settled(two.id);
  expect(after.state).toBe('contained');
  expect(after.steps[0]?.attempt).toBe(1);
  expect(shelf.look('x').fields).toEqual({ a: 'shut', b: 'shut' });
  await first.settled((await first.undo({ incident: one.incident, by: 'ann' })).id);
  expect(shelf.look('x').fields).toEqual({ a: 'open', b: 'shut' });
});

test('many executions on few objects never meet', async () => {
  const { session, through } = slowShelf('x', 'y', 'z');
  through();
  const inside = new Map<string, number>();
  let most = 0;
  const read = async (object: string) => {
    inside.set(object, (inside.get(object) ?? 0) + 1);
    most = Math.max(most, inside.get(object) ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 3));
    inside.set(object, (inside.get(object) ?? 0) - 1);
    return session.read(object);
  };
  const runners = [1, 2, 3].map(() =>
    place.runner({ actions: [setField], session: () => ({ ...session, read }), pace: { tendMs: 3_600_000 } }),
  );
  const [runner] = runners;
  if (runner === undefined) throw new Error('there is a runner');
  const work = await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      approved(runner, [shut('xyz'[at % 3] ?? ''), shut('xyz'[(at + 1) % 3] ?? '', 'b')]),
    ),
  );
  for (const each of runners) each.work();
  for (const { id } of work) expect((await runner.settled(id)).state).toBe('contained');
  expect(most).toBe(1);
});
