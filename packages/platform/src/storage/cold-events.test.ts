/** Events leave the database for files: nothing is lost, nothing doubled, wherever it is killed; a damaged file is named. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { WatchState } from '../detection/watch.ts';
import { batchOf } from '../events/event-batch.ts';
import type { EventWish } from '../events/store.ts';
import type { ColdEvents } from './cold-events.ts';
import { openDatabase } from './database.ts';
import { openStorage, type Storage } from './storage.ts';
import { testServer } from './test-database.ts';

let server: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let folder: string;
let cold: ColdEvents;
const day = (number: number) => new Date(Date.UTC(2026, 9, number));
const everything = Number.MAX_SAFE_INTEGER;
const quietly = async () => undefined;

beforeAll(async () => {
  server = await testServer();
}, 60_000);
beforeEach(async () => {
  storage = await openStorage({ url: await server.database() });
  folder = await mkdtemp(join(tmpdir(), 'firebreak-cold-'));
  cold = storage.openColdEvents(folder);
  return async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  };
});
afterAll(() => server.stop());

function event(id: string, actor: string, time = '2026-10-01T10:00:00.000Z'): NormalEvent {
  return normalEventSchema.parse({
    id,
    time,
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: "it's\there" },
    digest: 'd',
    system: 'aws',
    actor: { name: `${id} \u0001 "\\`, id: actor },
    operation: 's3:GetObject',
    activity: 'read',
    targets: ['aws:Bucket/b'],
    outcome: 'done',
  });
}
const raw = (id: string) => ({ id, text: 'ä \u2028 \0 "' });
const keep = (ids: readonly string[], received: Date, actor = 'aws:User/x') =>
  storage.eventStore.append([batchOf(ids.map((id) => ({ event: event(id, actor), raw: raw(id) })))], received);

async function hot(): Promise<string[]> {
  const ids: string[] = [];
  for await (const found of storage.searchBlocks({}, everything, []))
    if ('events' in found) ids.push(...found.events.map((each) => each.event.id));
  return ids;
}
async function inFiles(wish: EventWish = {}, before = everything) {
  const ids: string[] = [];
  const gaps: string[] = [];
  for await (const piece of cold.search(wish, before, undefined))
    if ('gap' in piece) gaps.push(`${piece.gap.code} ${piece.gap.where}`);
    else if ('events' in piece) ids.push(...piece.events.map((each) => each.event.id));
  return { ids, gaps };
}

test('what came in before goes into a file, and is found there as it was', async () => {
  await keep(['1', '2'], day(1));
  await keep(['3'], day(2), 'aws:User/y');
  await keep(['4'], day(20));
  const file = await cold.move(day(10), day(30), quietly);
  expect(file).toMatchObject({ events: 3, firstNo: 1, upto: 3, name: '2026-10-01-1-3.parquet' });
  expect(await cold.move(day(10), day(30), quietly)).toBeUndefined();
  expect(await hot()).toEqual(['4']);
  expect(await inFiles()).toEqual({ ids: ['3', '2', '1'], gaps: [] });
  expect(await inFiles({}, 3)).toEqual({ ids: ['2', '1'], gaps: [] });
  expect((await inFiles({ actors: ['aws:User/y'] })).ids).toEqual(['3']);
  expect((await inFiles({ actors: ['aws:User/z'] })).ids).toEqual([]);
  expect(
    (await inFiles({ targets: ['aws:Bucket/b'], operations: ['s3:GetObject'], formats: ['cloudtrail'] })).ids,
  ).toEqual(['3', '2', '1']);
  expect((await inFiles({ formats: ['other'] })).ids).toEqual([]);
  expect((await inFiles({ since: '2026-10-02T00:00:00.000Z' })).ids).toEqual([]);
  for await (const piece of cold.search({}, everything, undefined))
    if ('events' in piece)
      for (const kept of piece.events) {
        expect(kept.event).toEqual(event(kept.event.id, kept.no === 3 ? 'aws:User/y' : 'aws:User/x'));
        expect(kept.raw).toEqual(raw(kept.event.id));
        expect(kept.received).toEqual(kept.no === 3 ? day(2) : day(1));
      }
});

test('an event in a file counts once when it is sent again, and numbers go on', async () => {
  await keep(['1', '2'], day(1));
  await keep(['3'], day(2));
  await cold.move(day(10), day(30), quietly);
  expect((await keep(['2', '5'], day(11))).batches[0]).toMatchObject({ kept: 1, duplicates: 1 });
  expect(await hot()).toEqual(['5', '3']);
  expect((await inFiles()).ids).toEqual(['2', '1']);
  expect(await storage.eventStore.byId('2')).toBeUndefined();
  expect((await storage.eventStore.byId('5'))?.no).toBeGreaterThan(3);
});

test('the newest block stays, and what the watch has not seen', async () => {
  await keep(['1'], day(1));
  expect(await cold.move(day(10), day(30), quietly)).toBeUndefined();
  await keep(['2'], day(1));
  await keep(['3'], day(1));
  await storage.watchPlaces.save('main', {
    position: 1,
    newest: 0,
    state: { version: 1, detectors: {} } as unknown as WatchState,
  });
  expect(await cold.move(day(10), day(30), quietly)).toMatchObject({ events: 1 });
  expect(await hot()).toEqual(['3', '2']);
});

test('places of servers that divided the events and are gone hold up nothing that the watch over all has seen', async () => {
  const state = { version: 1, detectors: {} } as unknown as WatchState;
  const divided = { name: 'of-2/1' };
  await storage.eventStore.append([batchOf([{ event: event('1', 'aws:User/x'), raw: raw('1') }])], day(1), divided);
  await keep(['2'], day(1));
  await keep(['3'], day(1));
  await keep(['4'], day(1));
  for (const [name, position] of [
    ['of-2/0', 1],
    ['of-2/1', 0],
  ] as const)
    await storage.watchPlaces.save(name, { position, newest: 0, state });
  // Nobody has seen the first; the watch over all goes on from where the others were.
  expect(await cold.move(day(10), day(30), quietly)).toBeUndefined();
  expect(await storage.watchPlaces.begin()).toBe(0);
  await storage.watchPlaces.save('main', { position: 3, newest: 0, state });
  expect((await storage.watchPlaces.all()).map(({ watch }) => watch)).toEqual(['main', 'of-2/0', 'of-2/1']);
  expect(await cold.move(day(10), day(30), quietly)).toMatchObject({ events: 3 });
  const database = await openDatabase(storage.url, { connections: 1 });
  await database.query("update watch_place set saved_at = now() - interval '2 days' where watch <> 'main'");
  await database.close();
  await storage.watchPlaces.save('main', { position: 4, newest: 0, state });
  expect(await storage.watchPlaces.all()).toMatchObject([{ watch: 'main', position: 4 }]);
});

test('what its own watch has seen moves, though another divides the events and has none of its own', async () => {
  const state = { version: 1, detectors: {} } as unknown as WatchState;
  for (const id of ['1', '2', '3'])
    await storage.eventStore.append([batchOf([{ event: event(id, 'aws:User/x'), raw: raw(id) }])], day(1), {
      name: 'of-2/0',
    });
  await storage.watchPlaces.save('of-2/0', { position: 2, newest: 0, state });
  await storage.watchPlaces.save('of-2/1', { position: 0, newest: 0, state });
  expect(await cold.move(day(10), day(30), quietly)).toMatchObject({ events: 2 });
});

test('killed before the database knows the file: nothing is lost, nothing doubled, the next run does it again', async () => {
  await keep(['1', '2'], day(1));
  await keep(['3'], day(20));
  await expect(cold.move(day(10), day(30), () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  expect(await readdir(folder)).toEqual(['2026-10-01-1-2.columns', '2026-10-01-1-2.parquet']);
  await writeFile(join(folder, '2026-10-01-1-1.parquet.part'), 'half');
  expect(await hot()).toEqual(['3', '2', '1']);
  expect(await inFiles()).toEqual({ ids: [], gaps: [] });
  await cold.move(day(10), day(30), quietly);
  expect(await hot()).toEqual(['3']);
  expect((await inFiles()).ids).toEqual(['2', '1']);
  expect(await readdir(folder)).toEqual(['2026-10-01-1-2.columns', '2026-10-01-1-2.parquet']);
});

test('a damaged or missing file is named, the others are read', async () => {
  await keep(['1'], day(1));
  await keep(['2'], day(2));
  const first = await cold.move(day(2), day(30), quietly);
  await keep(['3'], day(3));
  const second = await cold.move(day(3), day(30), quietly);
  const path = join(folder, first?.name ?? '');
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged[40] = (damaged[40] ?? 0) ^ 1;
  await writeFile(path, damaged);
  expect(await inFiles()).toEqual({ ids: ['2'], gaps: [`FB-COLD-UNREADABLE ${first?.name}`] });
  await rm(join(folder, second?.name ?? ''));
  expect((await inFiles()).gaps).toEqual([second, first].map((file) => `FB-COLD-UNREADABLE ${file?.name}`));
  await writeFile(path, whole);
  expect((await inFiles()).ids).toEqual(['1']);
});

test('what is kept no longer is deleted, and who asks for that time is told', async () => {
  await keep(['1'], day(1));
  await keep(['2'], day(5));
  await keep(['3'], day(20));
  await cold.move(day(2), day(30), quietly);
  await cold.move(day(10), day(30), quietly);
  const noted: string[] = [];
  await cold.forget(day(4), day(31), async ({ name }) => void noted.push(name));
  expect(noted).toEqual(['2026-10-01-1-1.parquet']);
  expect(await readdir(folder)).toEqual(['2026-10-01-2-2.columns', '2026-10-01-2-2.parquet']);
  expect(await inFiles()).toEqual({ ids: ['2'], gaps: ['FB-HUNT-BOUND events'] });
  expect(await inFiles({ since: '2026-10-20T00:00:00.000Z' })).toEqual({ ids: [], gaps: [] });
  expect(await cold.forget(day(4), day(31), quietly)).toEqual([]);
});

test('an event counts once as long as it is kept; what is deleted leaves nothing behind, and counts again', async () => {
  await keep(['1', '2'], day(1));
  await keep(['3'], day(5));
  await keep(['4'], day(20));
  await cold.move(day(2), day(30), quietly);
  const lost = await cold.move(day(10), day(30), quietly);
  expect((await keep(['1', '2', '3', '4'], day(30))).batches[0]).toMatchObject({ kept: 0, duplicates: 4 });
  expect(await left()).toEqual({ keys: 4, terms: 6, columns: 2 });

  await cold.forget(day(4), day(31), quietly);
  expect(await left()).toEqual({ keys: 2, terms: 3, columns: 1 });
  expect((await keep(['3', '4', '1'], day(31))).batches[0]).toMatchObject({ kept: 1, duplicates: 2 });
  // Nobody can read any more whose keys they were: they go by their numbers.
  await rm(join(folder, lost?.name ?? ''));
  await cold.forget(day(6), day(32), quietly);
  expect(await left()).toEqual({ keys: 2, terms: 0, columns: 0 });
  expect(await readdir(folder)).toEqual([]);
  expect((await keep(['1', '3', '4'], day(33))).batches[0]).toMatchObject({ kept: 1, duplicates: 2 });
});

/** What the database has of events that are in files, and the keys of all. */
async function left() {
  const database = await openDatabase(storage.url);
  try {
    const [row] = await database.query<{ keys: number; terms: number; columns: number }>(
      `select (select count(*)::integer from event_key) as keys, (select count(*)::integer from cold_term) as terms,
         (select count(*)::integer from cold_columns) as columns`,
    );
    return row;
  } finally {
    await database.close();
  }
}

test('an event in a file is found by its id, and who cannot be read is named', async () => {
  await keep(['1', '2', '3'], day(1));
  await keep(['4'], day(20));
  const file = await cold.move(day(10), day(30), quietly);
  const { events, gaps } = await cold.byIds(['2', '3', '4', 'none']);
  expect(events.map(({ event: found, raw: own }) => [found.id, own])).toEqual([
    ['3', raw('3')],
    ['2', raw('2')],
  ]);
  expect(gaps).toEqual([]);
  await writeFile(join(folder, file?.name ?? ''), 'PAR1');
  expect(await cold.byIds(['2'])).toMatchObject({ events: [], gaps: [{ code: 'FB-COLD-UNREADABLE' }] });
});
