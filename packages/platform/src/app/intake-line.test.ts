/** Hostile and broken input: nothing is lost in silence, nothing gets stuck, and one bad event harms nobody else's. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TakenEvents } from '@firebreak/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { testServer } from '../storage/test-database.ts';
import { IntakeLine, type IntakeLineParts } from './intake-line.ts';
import type { WatchLoad } from './watch-load.ts';

let database: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let line: IntakeLine;
const clock = settableClock('2026-11-21T12:00:00.000Z');
beforeAll(async () => {
  database = await testServer();
  storage = await openStorage({ url: await database.database() });
}, 60_000);
afterAll(async () => {
  await storage.close();
  await database.stop();
});
beforeEach(() => {
  line = lineWith({});
});
afterEach(() => line.close());

function lineWith(parts: Partial<IntakeLineParts>): IntakeLine {
  return new IntakeLine({ store: storage.eventStore, clock, appended: () => undefined, ...parts });
}
const place = { source: 'test', locator: 'here' };
const event = (eventID: string, more: object = {}) => ({
  eventID,
  eventTime: '2026-11-20T10:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x' },
  ...more,
});
const takeText = (text: string | Uint8Array) =>
  line.takeText(typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text), place);
const lines = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');
const kept = async (id: string) => (await storage.eventStore.byId(`cloudtrail/${id}`))?.raw;

test.each(['take', 'takeText'] as const)('%s: rubbish among events is told and costs nothing else', async (way) => {
  const values = [event(`${way} 1`), null, 7, 'text', [], {}, { eventSource: 'x.amazonaws.com' }, event(`${way} 2`)];
  const taken = way === 'take' ? await line.take(values, place) : await takeText(lines(values));
  expect(taken).toMatchObject({ kept: 2, duplicates: 0, more: 0 });
  expect(taken.problems.map((problem) => problem.event)).toEqual([2, 3, 4, 5, 6, 7]);
  const { sources, line: counts } = line.counts;
  expect(counts).toMatchObject({ taken: 2, unreadable: [{ why: 'No format knows it.', events: 6 }], waiting: 0 });
  expect(sources.find(({ format }) => format === 'unknown')).toMatchObject({ source: 'test', unreadable: 6 });
});

test('more problems than are listed are counted', async () => {
  const taken = await takeText(lines(Array.from({ length: 120 }, () => ({}))));
  expect(taken).toMatchObject({ kept: 0, more: 70 });
  expect(taken.problems.length).toBe(50);
});

test('broken lines, a byte order mark, blank lines, and bytes that are no UTF-8', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`${JSON.stringify(event('u1'))}\n\n{"broken":\n`),
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d, 0x0a]),
    Buffer.from(`${JSON.stringify(event('u2', { note: 'grüße 🔥' }))}\n`),
  ]);
  const taken = await takeText(bytes);
  expect(taken).toMatchObject({ kept: 2 });
  expect(taken.problems.map(({ why }) => why)).toEqual(['The line is not JSON.', 'It is not UTF-8.']);
  expect(await kept('u2')).toMatchObject({ note: 'grüße 🔥' });
  expect(await takeText(`\ufeff${JSON.stringify(event('u3'))}`)).toMatchObject({ kept: 1 });
  await expect(takeText('no json at all')).rejects.toMatchObject({ code: 'FB-USAGE' });
  expect(await takeText('')).toMatchObject({ kept: 0, problems: [] });
});

test('a field of ten megabytes, deep nesting, broken text, names of the language', async () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const strange = [
    JSON.stringify(event('h1', { blob: 'x'.repeat(10 << 20) })),
    JSON.stringify(event('h2')).replace('"GetObject"', '"GetObject","deep":'.concat(deep(400))),
    JSON.stringify(event('h3')).replace('"GetObject"', '"GetObject","deep":'.concat(deep(200_000))),
    `{"__proto__":{"eventID":"no"},"constructor":1,${JSON.stringify(event('h4')).slice(1)}`,
    JSON.stringify(event('h5')).replace('"GetObject"', '"GetObject","half":"\\ud800","nul":"a\\u0000b"'),
    JSON.stringify(event('h6')).replace(
      '"GetObject"',
      '"GetObject","number":1e999,"long":123456789012345678901234567890',
    ),
    JSON.stringify(
      event('h7', { userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${'é'.repeat(2000)}` } }),
    ),
    JSON.stringify(event('after')),
  ];
  const taken = await takeText(strange.join('\n'));
  expect(taken.problems.map(({ why }) => why)).toEqual(['It nests too deeply.']);
  expect(taken.kept).toBe(7);
  expect((await kept('h1')) as object).toHaveProperty('blob.length', 10 << 20);
  expect(await kept('h5')).toMatchObject({ half: '\ud800', nul: 'a\0b' });
  expect(await kept('after')).toEqual(event('after'));
});

test('ids as long as somebody likes', async () => {
  const long = 'i'.repeat(1 << 20);
  expect(await takeText(JSON.stringify(event(long)))).toMatchObject({ kept: 1 });
  expect(await takeText(JSON.stringify(event(long)))).toMatchObject({ kept: 0, duplicates: 1 });
});

test('times of any kind keep no event out', async () => {
  const times = [
    '9999-12-31T23:59:59Z',
    '0000-00-00',
    '2150-01-01T00:00:00Z',
    'yesterday',
    null,
    12,
    '1991-01-01T00:00:00Z',
  ];
  const taken = await takeText(lines(times.map((eventTime, at) => event(`t${at}`, { eventTime }))));
  expect(taken).toMatchObject({ kept: times.length, problems: [] });
  expect((await storage.eventStore.byId('cloudtrail/t3'))?.event).toMatchObject({
    time: '2026-11-21T12:00:00.000Z',
    timeIs: 'received',
  });
});

test('the same again, in one request and in many at the same time', async () => {
  const body = lines([event('d1'), event('d2'), event('d1')]);
  const all = await Promise.all(Array.from({ length: 10 }, () => takeText(body)));
  const sum = (of: (taken: TakenEvents) => number) => all.reduce((total, taken) => total + of(taken), 0);
  expect([sum((taken) => taken.kept), sum((taken) => taken.duplicates)]).toEqual([2, 28]);
});

test('without room a request is refused whole, counted, and taken later', async () => {
  await line.close();
  const gate = Promise.withResolvers<void>();
  const { eventStore } = storage;
  const append: typeof eventStore.append = async (batches, received) => {
    await gate.promise;
    return eventStore.append(batches, received);
  };
  line = lineWith({ store: { append }, room: 4000 });
  const body = (name: string) => lines(Array.from({ length: 10 }, (_, at) => event(`${name}${at}`)));
  const first = takeText(body('first'));
  const second = takeText(body('second'));
  await expect(takeText(body('third'))).rejects.toMatchObject({ code: 'FB-INTAKE-FULL' });
  expect(line.counts.line).toMatchObject({ refused: 1, taken: 0, room: 4000 });
  gate.resolve();
  expect((await first).kept + (await second).kept).toBe(20);
  expect(await takeText(body('third'))).toMatchObject({ kept: 10 });
  expect(line.counts.line).toMatchObject({ refused: 1, taken: 30, waiting: 0 });
  // What alone is larger than the room is not kept out for ever.
  expect(await takeText(JSON.stringify(event('large', { blob: 'x'.repeat(10_000) })))).toMatchObject({ kept: 1 });
});

test('what the database refuses together it is given one by one', async () => {
  await line.close();
  const { eventStore } = storage;
  const gate = Promise.withResolvers<void>();
  const append: typeof eventStore.append = async (batches, received) => {
    await gate.promise;
    if (batches.some(({ terms }) => terms.some(({ term }) => term.endsWith('Poison')))) throw new Error('refused');
    return eventStore.append(batches, received);
  };
  line = lineWith({ store: { append } });
  const ends = [event('p0'), event('p1'), event('p2', { eventName: 'Poison' }), event('p3')].map((each) =>
    line.take([each], place).then(
      ({ kept: count }) => count,
      (error: Error) => error.message,
    ),
  );
  gate.resolve();
  expect(await Promise.all(ends)).toEqual([1, 1, 'refused', 1]);
  expect(line.counts.line).toMatchObject({ taken: 3, waiting: 0 });
});

test('no more is taken than the watch will see soon; a few events always, and all where nobody watches', async () => {
  await line.close();
  let load: WatchLoad | undefined = { unseen: 0, perSecond: 1000 };
  const some = (name: string, count: number) =>
    line.take(
      Array.from({ length: count }, (_, at) => event(`${name} ${at}`)),
      place,
    );
  const isFull = { code: 'FB-INTAKE-FULL' };
  line = lineWith({ load: () => load, holdBack: 2 });
  // What alone is too much is taken when nothing else waits.
  expect(await some('large', 2500)).toMatchObject({ kept: 2500 });
  load = { unseen: 1950, perSecond: 1000 };
  expect(await some('fits', 50)).toMatchObject({ kept: 50 });
  await expect(some('does not', 51)).rejects.toMatchObject(isFull);
  load = { unseen: 3950, perSecond: 1000 };
  expect(await some('few', 40)).toMatchObject({ kept: 40 });
  load = { unseen: 3990, perSecond: 1000 };
  await expect(some('few in a flood of few', 40)).rejects.toMatchObject(isFull);
  expect(line.counts.line).toMatchObject({ refused: 0, heldBack: 2, taken: 2590, waiting: 0 });
  load = undefined;
  expect(await some('nobody watches', 3000)).toMatchObject({ kept: 3000 });
  await line.close();
  line = lineWith({ load: () => ({ unseen: 1_000_000, perSecond: 1000 }), holdBack: 0 });
  expect(await some('not wanted', 100)).toMatchObject({ kept: 100 });
});

test('what waits in the line counts as well, before it is read and after', async () => {
  await line.close();
  const gate = Promise.withResolvers<void>();
  const { eventStore } = storage;
  const append: typeof eventStore.append = async (batches, received) => {
    await gate.promise;
    return eventStore.append(batches, received);
  };
  line = lineWith({ store: { append }, load: () => ({ unseen: 0, perSecond: 1000 }), holdBack: 1 });
  // An event is taken for a thousand bytes until it is known.
  const pad = 'x'.repeat(1000);
  const body = (name: string, count: number) =>
    lines(Array.from({ length: count }, (_, at) => event(`${name}${at}`, { pad })));
  const first = takeText(body('w1 ', 1200));
  await expect(takeText(body('w2 ', 1200))).rejects.toMatchObject({ code: 'FB-INTAKE-FULL' });
  const few = takeText(body('w3 ', 3));
  gate.resolve();
  expect((await first).kept + (await few).kept).toBe(1203);
  expect(await takeText(body('w2 ', 1200))).toMatchObject({ kept: 1200 });
});

test('who would only wait is not read until there is room, one after the other; who waits too long comes again', async () => {
  await line.close();
  let unseen = 1000;
  const admitted: string[] = [];
  line = lineWith({ load: () => ({ unseen, perSecond: 1000 }), holdBack: 1, patienceMs: 60_000 });
  const half = 500_000;
  const first = line.admit(half).then(() => admitted.push('first'));
  const second = line.admit(half).then(() => admitted.push('second'));
  await sleep(50);
  expect(admitted).toEqual([]);
  await line.admit(1000);
  unseen = 400;
  await first;
  expect(admitted).toEqual(['first']);
  unseen = 1;
  await second;
  expect(line.counts.line).toMatchObject({ heldBack: 0 });
  await line.close();
  line = lineWith({ load: () => ({ unseen: 5000, perSecond: 1000 }), holdBack: 1, patienceMs: 30 });
  await expect(line.admit(half)).rejects.toMatchObject({ code: 'FB-INTAKE-FULL' });
  expect(line.counts.line).toMatchObject({ heldBack: 1 });
});
