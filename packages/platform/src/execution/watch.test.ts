/** A containment that stands: watched, withdrawn, done again, granted again. */
import type { Execution } from '@firebreak/contract';
import { afterAll, afterEach, expect, test } from 'vitest';
import { eventSchema, type StorageEvent } from '../storage/events.ts';
import { testServer } from '../storage/test-database.ts';
import { lastWriter } from './last-writer.ts';
import type { RunnerParts } from './runner.ts';
import { Shelf, setField, setWhole, shelfPlan } from './testing/shelf.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const place = await openWorkplace(await server.database());
const events: StorageEvent[] = [];
const unlisten = await place.storage.listen((event) => events.push(eventSchema.parse(event)));
afterEach(() => place.rest());
afterAll(async () => {
  await unlisten();
  await place.close();
  await server.stop();
});

type Parts = Partial<RunnerParts<never>>;

let made = 0;
/** Contains two objects of its own, x and y; looks only when it is asked to. */
async function contained(
  parts: Pick<Parts, 'prove' | 'pace' | 'survey'> & { mode?: 'alarm' | 're-assert'; action?: string } = {},
) {
  const { mode, action = setField.id, ...more } = parts;
  // another's watch would look at these on its own shelf
  await place.rest();
  const shelf = new Shelf();
  const desk = { read: (object: string) => shelf.read(object), broken: false };
  const [x, y] = [`x${made}`, `y${made++}`];
  shelf.put(x, { a: 'open', b: '1' });
  shelf.put(y, { a: 'open' });
  const runner = place.runner({
    actions: [setField, setWhole],
    session: () => ({
      read: (object: string) => desk.read(object),
      write: shelf.write.bind(shelf),
      probe: shelf.probe.bind(shelf),
    }),
    ...more,
    pace: { tendMs: 20, probeEvery: 1, ...parts.pace },
  });
  runner.work();
  const incident = await place.openIncident();
  const plan = shelfPlan([x, y].map((object) => ({ object, field: 'a', to: 'shut', action })));
  const { id } = await runner.start({ incident, plan, by: 'ann', watch: mode });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  expect((await runner.settled(id)).state).toBe('contained');
  /** Lets the watch look, and waits until what it began has ended. */
  async function look(): Promise<Execution> {
    const seen = (await runner.status(incident))?.watch?.lookedAt;
    await runner.watch({ incident, by: 'ann' });
    for (;;) {
      const execution = await runner.status(incident);
      if (execution === null) throw new Error('it is gone');
      if (execution.watch?.lookedAt != null && execution.watch.lookedAt !== seen) return runner.settled(id);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const kinds = async () => (await place.entries(incident)).map(({ kind }) => kind);
  return { x, y, shelf, desk, runner, incident, plan, id, look, kinds };
}

test('what holds is left alone and the look is noted', async () => {
  const { look, kinds } = await contained();
  const before = await kinds();
  const seen = await look();
  expect(seen).toMatchObject({ state: 'contained', watch: { mode: 'alarm', note: null } });
  expect((await kinds()).filter((kind) => kind !== 'watch.set')).toEqual(before);
});

test('a reverted step takes the word contained back, and says so on every channel; put back, it is granted again', async () => {
  const { y, shelf, look, kinds, incident } = await contained();
  shelf.meddle(y, 'a', 'open');
  const open = await look();
  expect(open.state).toBe('not-contained');
  expect(open.steps.map(({ state }) => state)).toEqual(['done', 'reverted']);
  expect(open.steps[1]?.reverted).toMatchObject({ by: null, what: 'It is no longer in effect (/fields/a).' });
  expect(open.proof).toMatchObject({ contained: false, detail: `Step 2 (Set a of ${y} to shut) is reverted.` });
  expect(await place.incidents.get(incident)).toMatchObject({ state: 'not-contained', note: open.proof?.detail });
  expect(events).toContainEqual({ type: 'alarm', incident });
  expect((await kinds()).slice(-2)).toEqual(['watch.reverted', 'incident.not-contained']);
  // it is said once
  await look();
  expect((await kinds()).filter((kind) => kind === 'watch.reverted').length).toBe(1);

  shelf.meddle(y, 'a', 'shut');
  const again = await look();
  expect(again).toMatchObject({ state: 'contained', proof: { contained: true }, watch: { note: null } });
  expect((await kinds()).slice(-2)).toEqual(['watch.back', 'incident.contained']);
});

test('a way that opens elsewhere is enough, and so is a probe that gets through', async () => {
  const reachable = [{ kind: 'Secret', id: 'test:Secret/s', name: 's' }];
  let open = false;
  const elsewhere = await contained({
    prove: async () => ({ contained: !open, reachable: open ? reachable : [], detail: open ? 'One way.' : 'None.' }),
  });
  open = true;
  expect(await elsewhere.look()).toMatchObject({
    state: 'not-contained',
    steps: [{ state: 'done' }, { state: 'done' }],
    proof: { detail: 'One way.', reachable },
  });
  open = false;
  expect((await elsewhere.look()).state).toBe('contained');

  const { shelf, look } = await contained();
  shelf.probe = () => 'open';
  expect((await look()).state).toBe('not-contained');
});

test('what cannot be read counts as not holding only after some looks', async () => {
  const { desk, look } = await contained({ pace: { blindLooks: 3 } });
  const { read } = desk;
  desk.read = () => {
    throw new TypeError('no answer');
  };
  expect((await look()).state).toBe('contained');
  expect((await look()).state).toBe('contained');
  const blind = await look();
  expect(blind.state).toBe('not-contained');
  expect(blind.watch?.note).toMatch(/^Step 1 can no longer be read/);
  desk.read = read;
  expect((await look()).state).toBe('contained');

  let dark = false;
  const estate = await contained({
    pace: { blindLooks: 2 },
    survey: async () => {
      if (dark) throw new TypeError('no cluster');
      return async () => ({ contained: true, reachable: [], detail: 'None.' });
    },
  });
  dark = true;
  expect((await estate.look()).state).toBe('contained');
  expect(await estate.look()).toMatchObject({
    state: 'not-contained',
    proof: { detail: 'The estate can no longer be collected.' },
  });
});

test('done again through the same journal, and undone to the state before the first time', async () => {
  const { x, shelf, look, kinds, runner, incident } = await contained({ mode: 're-assert', action: setWhole.id });
  shelf.meddle(x, 'a', 'open');
  shelf.meddle(x, 'b', '2');
  const again = await look();
  expect(again.state).toBe('contained');
  expect(again.steps.map(({ stepId, state, reasserted }) => [stepId, state, reasserted])).toEqual([
    ['s1', 'done', 1],
    ['s2', 'done', undefined],
  ]);
  expect(shelf.look(x).fields).toEqual({ a: 'shut', b: '2' });
  expect((await kinds()).slice(-9)).toEqual([
    'watch.reverted',
    'incident.not-contained',
    'watch.re-asserting',
    ...['step.before', 'step.applying', 'step.applied', 'step.probed', 'step.done'],
    'incident.contained',
  ]);
  const undone = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(undone).toMatchObject({ state: 'undone', steps: [{ stepId: 's2' }, { stepId: 's1' }] });
  // what others changed in between is theirs
  expect(shelf.look(x).fields).toEqual({ a: 'open', b: '2' });
});

test('who reverts again and again is fought some times and then named, until people ask again', async () => {
  const { x, shelf, look, kinds, runner, incident } = await contained({ mode: 're-assert', pace: { fights: 2 } });
  for (let fight = 0; fight < 2; fight += 1) {
    shelf.meddle(x, 'a', 'open');
    expect((await look()).state).toBe('contained');
  }
  shelf.meddle(x, 'a', 'open');
  const seen = (await runner.status(incident))?.watch?.lookedAt;
  runner.changed();
  await expect.poll(async () => (await runner.status(incident))?.watch?.lookedAt).not.toBe(seen);
  const tired = await runner.status(incident);
  expect(tired).toMatchObject({ state: 'not-contained', watch: { mode: 're-assert' } });
  expect(tired?.watch?.note).toMatch(/somebody unknown keeps reverting/);
  expect((await kinds()).slice(-3)).toEqual(['watch.reverted', 'incident.not-contained', 'watch.gave-up']);
  expect(shelf.look(x).fields.a).toBe('open');
});

test('a step that cannot be done again leaves the containment withdrawn, and watched', async () => {
  const { y, shelf, look } = await contained({ mode: 're-assert' });
  const { write } = shelf;
  shelf.write = () => ({ outcome: 'refused', code: 'FB-K8S-FORBIDDEN', reason: 'No.', retryable: false });
  shelf.meddle(y, 'a', 'open');
  const refused = await look();
  expect(refused.state).toBe('not-contained');
  expect(refused.steps[1]).toMatchObject({ state: 'refused', reason: 'FB-K8S-FORBIDDEN: No.' });
  shelf.write = write;
  shelf.meddle(y, 'a', 'shut');
  expect((await look()).state).toBe('contained');
});

test('an undo ends the watch', async () => {
  const { x, shelf, runner, incident, look } = await contained();
  await look();
  await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  runner.changed();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await runner.status(incident))?.state).toBe('undone');
  expect(shelf.look(x).fields.a).toBe('open');
});

test('who wrote last, by the fields that each writer manages', () => {
  const entry = (manager: string, time: string) => ({ manager, operation: 'Update', time });
  const object = (...managedFields: object[]) => ({ object: { metadata: { managedFields } } });
  const left = object(entry('firebreak', '2026-01-01T00:00:05Z'), entry('kubectl', '2026-01-01T00:00:00Z'));
  const now = object(entry('firebreak', '2026-01-01T00:00:05Z'), entry('argocd', '2026-01-01T00:00:09Z'));
  expect(lastWriter(now, left)).toBe('argocd');
  expect(lastWriter(left, left)).toBeNull();
  expect(lastWriter(object(entry('\u202eevil', '2026')), left)).toBe('?evil');
  expect(lastWriter({ a: [null, 'x'] }, null)).toBeNull();
});
