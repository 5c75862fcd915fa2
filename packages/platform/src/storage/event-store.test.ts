/** Events on PostgreSQL: each once, found by who acted, told back to the last field. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventStore } from '../events/store.ts';
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
const withRaw = (events: readonly NormalEvent[]) => events.map((each) => ({ event: each, raw: { id: each.id } }));

test('each once, also within one batch and when many send the same', async () => {
  const events = [event('1', 1, { id: 'aws:User/x' }), event('2', 2, { id: 'aws:User/x' })];
  expect(await store.append(withRaw([...events, ...events]), received)).toEqual({ kept: 2, duplicates: 2 });
  const late = [event('2', 2, {}), event('3', 3, { id: 'aws:User/y', credential: 'aws:AccessKey/k' })];
  const ends = await Promise.all([1, 2, 3, 4].map(() => store.append(withRaw(late), received)));
  expect(ends.reduce((sum, { kept }) => sum + kept, 0)).toBe(1);
  expect(await store.append([], received)).toEqual({ kept: 0, duplicates: 0 });
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
  await store.append(withRaw([odd]), received);
  expect((await store.byActors(['aws:User/o\\dd\tname'], undefined, 5)).events).toEqual([odd]);
  const nul = event('nul', 10, { id: 'aws:User/n', name: 'a\0b' });
  await store.append(withRaw([nul]), received);
  expect((await store.byActors(['aws:User/n'], undefined, 5)).events).toEqual([nul]);
});
