/** Events on PostgreSQL: each once, found by who acted, told back to the last field. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BatchBuilder, batchOf } from '../events/event-batch.ts';
import { lookedEvents } from '../events/looked-events.ts';
import type { EventLine, EventStore, EventWish } from '../events/store.ts';
import { openStorage, type Storage } from './storage.ts';
import { testServer } from './test-database.ts';

let server: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let store: EventStore;
const received = new Date('2026-11-21T00:00:00Z');
beforeAll(async () => {
  server = await testServer();
  storage = await openStorage({ url: await server.database() });
  store = storage.eventStore;
}, 60_000);
afterAll(async () => {
  await storage.close();
  await server.stop();
});

function event(id: string, minute: number, actor: Partial<NormalEvent['actor']>): NormalEvent {
  const time = `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
  return normalEventSchema.parse({
    id,
    time,
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: 'here' },
    digest: 'd',
    system: 'aws',
    actor: { name: 'a', ...actor },
    operation: 's3:GetObject',
    activity: 'read',
    targets: [],
    outcome: 'done',
  });
}
async function keep(events: readonly NormalEvent[]) {
  const batch = batchOf(events.map((each) => ({ event: each, raw: { id: each.id } })));
  const {
    batches: [appended],
  } = await store.append([batch], received);
  return { kept: appended?.kept, duplicates: appended?.duplicates };
}

test('each once, also within one batch and when many send the same', async () => {
  const events = [event('1', 1, { id: 'aws:User/x' }), event('2', 2, { id: 'aws:User/x' })];
  expect(await keep([...events, ...events])).toEqual({ kept: 2, duplicates: 2 });
  const late = [event('2', 2, {}), event('3', 3, { id: 'aws:User/y', credential: 'aws:AccessKey/k' })];
  const ends = await Promise.all([1, 2, 3, 4].map(() => keep(late)));
  expect(ends.reduce((sum, { kept = 0 }) => sum + kept, 0)).toBe(1);
  expect(await keep([])).toEqual({ kept: 0, duplicates: 0 });
  expect(await store.logs()).toEqual([
    { format: 'cloudtrail', events: 3, first: '2026-11-20T10:01:00.000Z', last: '2026-11-20T10:03:00.000Z' },
  ]);
});

test('found by any node that acted, from a time on, up to a limit', async () => {
  const ids = async (nodes: string[], since?: string, limit = 10) => {
    const { events, more } = await store.byActors(nodes, since, limit);
    return [...events.map(({ id }) => id), ...(more ? ['more'] : [])];
  };
  expect(await ids(['aws:User/x'])).toEqual(['1', '2']);
  expect(await ids(['aws:User/y', 'aws:AccessKey/k'])).toEqual(['3']);
  expect(await ids(['aws:User/x', 'aws:User/y'], '2026-11-20T10:02:00.000Z')).toEqual(['2', '3']);
  expect(await ids(['aws:User/x'], undefined, 1)).toEqual(['1', 'more']);
  expect(await ids([])).toEqual([]);
});

test('what stands in an event comes back as it was', async () => {
  const odd = event('odd\t\\N\n', 9, { id: 'aws:User/o\\dd\tname', name: '\u0001 \u2028 "\\' });
  await keep([odd]);
  expect((await store.byActors(['aws:User/o\\dd\tname'], undefined, 5)).events).toEqual([odd]);
  const nul = event('nul', 10, { id: 'aws:User/n', name: 'a\0b' });
  await keep([nul]);
  expect((await store.byActors(['aws:User/n'], undefined, 5)).events).toEqual([nul]);
  expect(await store.byId('odd\t\\N\n')).toMatchObject({ event: odd, raw: { id: odd.id }, received });
  expect(await store.byId('no such')).toBeUndefined();
});

test('many are told what became of theirs, and read on without a gap', async () => {
  const of = (ids: readonly string[]) =>
    batchOf(ids.map((id) => ({ event: event(id, 20, { id: `aws:User/${id}` }), raw: { id } })));
  const start = await store.last();
  const { batches: appended } = await store.append([of(['m1', 'm2']), of(['m2', '1', 'm3']), of([])], received);
  expect(appended.map(({ kept, duplicates }) => [kept, duplicates])).toEqual([
    [2, 0],
    [1, 2],
    [0, 0],
  ]);
  await keep([event('m3', 20, {}), event('m4', 20, {})]);
  const ids = async (no: number, limit = 100) => (await store.after(no, limit)).map((each) => each.event.id);
  expect(await ids(start)).toEqual(['m1', 'm2', 'm3', 'm4']);
  const [first, second] = await store.after(start, 100);
  expect(await ids(first?.no ?? 0)).toEqual(['m2', 'm3', 'm4']);
  expect(await ids(second?.no ?? 0)).toEqual(['m3', 'm4']);
  expect(await ids(await store.last())).toEqual([]);
  expect((await store.byId('m3'))?.raw).toEqual({ id: 'm3' });
  expect((await store.after(0, 1)).length).toBeGreaterThan(0);
});

test('a line has its own, the first also those of lines that are no more, the main line all', async () => {
  const start = await store.last();
  const first: EventLine = { name: 'of-2/0', except: 'of-2/' };
  const second: EventLine = { name: 'of-2/1' };
  const append = (id: string, line?: EventLine) =>
    store.append([batchOf([{ event: event(id, 25, {}), raw: {} }])], received, line);
  await append('l1', second);
  const { block: left } = await append('l2', first);
  await append('l3');
  await append('l4', { name: 'of-3/2' });
  const { block: right } = await append('l5', second);
  const ids = async (line?: EventLine) => (await store.after(start, 100, line)).map((each) => each.event.id);
  expect(await ids(first)).toEqual(['l2', 'l3', 'l4']);
  expect(await ids(second)).toEqual(['l1', 'l5']);
  expect(await ids()).toEqual(['l1', 'l2', 'l3', 'l4', 'l5']);
  const last = await store.last();
  expect([await store.last(first), await store.last(second)]).toEqual([last - 1, last]);
  // Whoever follows a line stands there when the block is handed to him.
  expect([left?.previous, right?.previous]).toEqual([start, start + 1]);
});

test('searched by who, what, how and when, the newest first', async () => {
  const found = async (wish: EventWish) => {
    const ids: string[] = [];
    for await (const piece of store.search(wish)) ids.push(...piece.map((each) => each.event.id));
    return ids;
  };
  const long = `aws:Bucket/${'x'.repeat(2000)}`;
  await keep([
    { ...event('s1', 30, { id: 'aws:User/s' }), targets: [long, 'aws:Secret/s'], operation: 'kms:Decrypt' },
    { ...event('s2', 31, { id: 'aws:User/s' }), targets: [long] },
  ]);
  await keep([{ ...event('s3', 32, { id: 'aws:User/t' }), targets: ['aws:Secret/s'] }]);
  expect(await found({ targets: ['aws:Secret/s'] })).toEqual(['s3', 's1']);
  expect(await found({ targets: [long] })).toEqual(['s2', 's1']);
  expect(await found({ actors: ['aws:User/s'], targets: ['aws:Secret/s'] })).toEqual(['s1']);
  expect(await found({ operations: ['kms:Decrypt'] })).toEqual(['s1']);
  const span = { since: '2026-11-20T10:31:00.000Z', until: '2026-11-20T10:31:59.000Z' };
  expect(await found(span)).toEqual(['s2']);
  expect(await found({ formats: ['github-audit'] })).toEqual([]);
});

test('a block says what was looked at, and that the rest has to be seen; one with duplicates says nothing', async () => {
  const looked = (ids: readonly string[]) => {
    const builder = new BatchBuilder('rules');
    for (const id of ids)
      builder.add(event(id, 5, {}), '{}', {
        must: false,
        names: [],
        counted: id === 'glanced-2' ? [7] : [],
        ruleTime: 1,
      });
    return builder.build();
  };
  const plain = (ids: readonly string[]) => batchOf(ids.map((id) => ({ event: event(id, 6, {}), raw: {} })));
  const { block } = await store.append(
    [looked(['glanced-1', 'glanced-2']), plain(['whole-1']), looked(['glanced-3'])],
    received,
  );
  if (block?.looked === undefined) throw new Error('no looks');
  const events = [...lookedEvents(block, block.looked.batches, block.looked.counts)];
  expect(events.map(({ event: { id }, look }) => [id, look?.must, look?.is?.id])).toEqual([
    ['glanced-1', false, undefined],
    ['glanced-2', false, 'glanced-2'],
    ['whole-1', true, undefined],
    ['glanced-3', false, undefined],
  ]);
  expect((await store.append([looked(['glanced-3', 'glanced-4'])], received)).block?.looked).toBeUndefined();
  expect((await store.append([plain(['whole-2'])], received)).block?.looked).toBeUndefined();
});
