/** The undo of a step where others worked on the same object meanwhile. */
import type { Execution } from '@firebreak/contract';
import { afterAll, afterEach, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { wayBack } from './moved-on.ts';
import { Shelf, setField, setWhole, shelfPlan } from './testing/shelf.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
afterEach(() => place.rest());
afterAll(async () => {
  await place.close();
  await server.stop();
});

/** One object with the fields a and b, contained by setting a, then written by others. */
async function contained(action: string, meddle: (shelf: Shelf) => void) {
  const shelf = new Shelf();
  shelf.put('x', { a: 'open', b: '1' });
  const runner = place.runner({ actions: [setField, setWhole], session: () => shelf });
  runner.work();
  const incident = await place.openIncident();
  const plan = shelfPlan([{ object: 'x', field: 'a', to: 'shut', action }]);
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  expect((await runner.settled(id)).state).toBe('contained');
  meddle(shelf);
  const undo = async (how: { merge?: boolean; force?: boolean }): Promise<Execution> =>
    runner.settled((await runner.undo({ incident, by: 'ann', ...how })).id);
  return { shelf, undo, incident };
}
const both = (shelf: Shelf) => {
  shelf.meddle('x', 'b', '2');
  shelf.meddle('x', 'c', 'new');
};
const theirs = [
  { is: 'theirs', object: 'test:Thing/x', path: '/fields/b', before: '"1"', ours: '"1"', now: '"2"' },
  { is: 'theirs', object: 'test:Thing/x', path: '/fields/c', before: null, ours: null, now: '"new"' },
];

test('by itself nothing of an object that others changed is touched, and each field is named', async () => {
  const { shelf, undo, incident } = await contained(setWhole.id, both);
  const left = await undo({});
  expect(left.state).toBe('stopped');
  expect(left.steps[0]).toMatchObject({ state: 'undo-refused', leftovers: theirs });
  expect(left.steps[0]?.reason).toMatch(/^FB-UNDO-CHANGED.*Others changed: \/fields\/b and 1 more\.$/);
  expect(shelf.look('x').fields).toEqual({ a: 'shut', b: '2', c: 'new' });
  const refused = (await place.entries(incident)).find(({ kind }) => kind === 'step.undo-refused');
  expect(refused?.body.leftovers).toEqual(theirs);

  const merged = await undo({ merge: true });
  expect(merged.state).toBe('undone');
  expect(merged.steps[0]).toMatchObject({ state: 'undone', leftovers: theirs });
  expect(shelf.look('x').fields).toEqual(shelf.look('x').without);
});

test('what others set in the very place stays and is a conflict, until it is forced', async () => {
  const { shelf, undo } = await contained(setWhole.id, (it) => {
    both(it);
    it.meddle('x', 'a', 'ajar');
  });
  const merged = await undo({ merge: true });
  expect(merged.state).toBe('stopped');
  expect(merged.steps[0]).toMatchObject({
    state: 'undo-refused',
    leftovers: expect.arrayContaining([
      { is: 'conflict', object: 'test:Thing/x', path: '/fields/a', before: '"open"', ours: '"shut"', now: '"ajar"' },
    ]),
  });
  expect(shelf.look('x').fields).toEqual({ a: 'ajar', b: '2', c: 'new' });
  expect((await undo({ force: true })).state).toBe('undone');
  expect(shelf.look('x').fields).toEqual({ a: 'open', b: '1' });
});

test('an action that only minds its own field needs no merge, and names nothing', async () => {
  const { shelf, undo } = await contained(setField.id, both);
  const undone = await undo({});
  expect(undone.state).toBe('undone');
  expect(undone.steps[0]?.leftovers).toBeUndefined();
  expect(shelf.look('x').fields).toEqual(shelf.look('x').without);
});

test('values of others are shown bounded and without characters that could deceive', async () => {
  const { undo } = await contained(setWhole.id, (it) => it.meddle('x', 'b', `\u202e${'y'.repeat(5_000)}`));
  const now = (await undo({})).steps[0]?.leftovers?.[0]?.now ?? '';
  expect(now.startsWith('"\\u202e')).toBe(true);
  expect(now.length).toBeLessThan(220);
});

test('the way back of what was done again leads to the state before the first time, with what others changed in between', () => {
  const turns = [
    { before: { a: 1, b: 1 }, left: { a: 2, b: 1 } },
    { before: { a: 1, b: 5 }, left: { a: 2, b: 5 } },
    { before: { a: 3, b: 5 }, left: { a: 2, b: 5 } },
  ] as const;
  expect(wayBack([turns[0]])).toEqual({ a: 1, b: 1 });
  expect(wayBack([turns[0], turns[1]])).toEqual({ a: 1, b: 5 });
  // the second time somebody had set it to 3 instead: that is what was there before we came again
  expect(wayBack([turns[0], turns[1], turns[2]])).toEqual({ a: 3, b: 5 });
  expect(wayBack([{ before: { a: 1 }, left: null }, turns[1]])).toEqual({ a: 1 });
});
