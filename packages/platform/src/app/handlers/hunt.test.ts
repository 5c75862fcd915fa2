/** Hunting over HTTP: events of the database and of cold files as one, by names of the estate, page after page. */
import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hunt } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { type SettableClock, settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { keepCold } from '../cold-keeper.ts';
import { eventsByIds } from '../kept-events.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { eventHandlers } from './events.ts';
import { huntHandlers } from './hunt.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let clock: SettableClock;
let station: Station;
let server: ServerUnderTest;
let viewer: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-hunt-'));
  database = await testServer();
  clock = settableClock('2026-10-01T09:00:00.000Z');
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock,
  });
  server = await serverUnderTest({
    handlers: { ...huntHandlers(station), ...eventHandlers(station) },
    checkAnswers: true,
  });
  viewer = { ...(await server.withToken('viewer', 'admin')) };
  delete viewer.id;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

const audit = (number: number, user: string, verb: string, at: string) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: `a-${number}`,
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/ml-serving/secrets/model-store',
  verb,
  user: { username: user, groups: ['system:authenticated'] },
  sourceIPs: ['10.0.0.7'],
  objectRef: { resource: 'secrets', namespace: 'ml-serving', name: `secret-${number}`, apiVersion: 'v1' },
  responseStatus: { code: 200 },
  stageTimestamp: at,
  requestReceivedTimestamp: at,
});
const runner = 'system:serviceaccount:ml-serving:predictor-runner';

async function ask(q: string, more: Record<string, string> = {}): Promise<Hunt> {
  const answer = await server.app.inject({ url: `/api/hunt?${new URLSearchParams({ q, ...more })}`, headers: viewer });
  expect(answer.statusCode).toBe(200);
  return answer.json();
}
const numbers = ({ events }: Hunt) => events.map(({ event }) => event.targets[0]?.replace(/.*-/, ''));

test('hot and cold as one, and a damaged file is named', async () => {
  const place = { source: 'test', locator: 'test' };
  for (const [month, at] of [
    [10, '2026-10-01T08:00:00Z'],
    [11, '2026-11-01T08:00:00Z'],
    [11, '2026-11-20T08:00:00Z'],
  ] as const) {
    clock.set(new Date(Date.parse(at) + 60_000).toISOString());
    const base = Number(at.slice(8, 10)) + month * 100;
    await station.intake.take(
      [0, 1, 2].map((each) =>
        audit(base * 10 + each, each === 2 ? 'alice' : runner, each === 1 ? 'delete' : 'get', at),
      ),
      place,
    );
  }
  const all = ['11202', '11201', '11200', '11012', '11011', '11010', '10012', '10011', '10010'];
  expect(numbers(await ask('everything'))).toEqual(all);
  clock.set('2026-11-21T09:00:00.000Z');
  const { written } = await keepCold({ ...station, hotDays: 10, keepDays: undefined }, new AbortController().signal);
  expect(written).toMatchObject([{ events: 6 }]);

  const whole = await ask('everything');
  expect(numbers(whole)).toEqual(all);
  expect(whole.events.map(({ file }) => file !== null)).toEqual([...Array(3).fill(false), ...Array(6).fill(true)]);
  expect(whole).toMatchObject({ found: 9, next: null, completeness: { answer: 'complete' } });
  expect(whole.facets?.actors[0]).toEqual({
    value: 'kubernetes:ServiceAccount/ml-serving/predictor-runner',
    events: 6,
  });

  const byName = await ask('actor = ServiceAccount/ml-serving/predictor-runner and activity = delete');
  expect(numbers(byName)).toEqual(['11201', '11011', '10011']);
  expect(numbers(await ask('raw.user.username = alice', { since: '2026-10-15T00:00:00Z' }))).toEqual([
    '11202',
    '11012',
  ]);
  expect(numbers(await ask('everything', { until: '2026-10-15T00:00:00Z' }))).toEqual(['10012', '10011', '10010']);

  const withColumns = await ask('raw.user.username = alice', {
    columns: 'raw.user.username, address, raw."objectRef.name"',
  });
  expect(withColumns.events[0]?.values).toEqual([['alice'], ['10.0.0.7'], ['secret-11202']]);
  expect(withColumns.events.at(-1)?.values?.[2]).toEqual(['secret-10012']);
  const pages: (string | undefined)[] = [];
  let before: number | null = null;
  do {
    const page: Hunt = await ask('actor contains runner', {
      limit: '2',
      ...(before === null ? {} : { before: String(before) }),
    });
    expect(page.facets === null).toBe(before !== null);
    pages.push(...numbers(page));
    before = page.next;
  } while (before !== null);
  expect(pages).toEqual(all.filter((each) => !each.endsWith('2')));

  const oldest = whole.events.at(-1)?.event.id ?? '';
  const one = await server.app.inject({ url: `/api/event/${encodeURIComponent(oldest)}`, headers: viewer });
  expect(one.json()).toMatchObject({ event: { id: oldest }, raw: { auditID: 'a-10010' } });
  expect((await eventsByIds(station, [oldest, whole.events[0]?.event.id ?? '', 'none'])).length).toBe(2);

  await writeFile(join(folder, 'events', 'cold', written[0]?.name ?? ''), 'PAR1');
  const unread = await server.app.inject({ url: `/api/event/${encodeURIComponent(oldest)}`, headers: viewer });
  expect(unread.json()).toMatchObject({ code: 'FB-COLD-UNREADABLE' });
  const damaged = await ask('everything');
  expect(numbers(damaged)).toEqual(all.slice(0, 3));
  expect(damaged.completeness).toMatchObject({
    answer: 'limited',
    reasons: [{ code: 'FB-COLD-UNREADABLE', where: written[0]?.name }],
  });

  const deleted = await keepCold({ ...station, hotDays: 10, keepDays: 15 }, new AbortController().signal);
  expect(deleted.deleted).toMatchObject([{ name: written[0]?.name }]);
  expect((await ask('everything')).completeness).toMatchObject({ reasons: [{ code: 'FB-HUNT-BOUND' }] });
});

test('the same answer event by event, by columns, and from a file with its columns or without', async () => {
  const own = await openStation({
    data: await mkdtemp(join(folder, 'own-')),
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock,
  });
  const other = await serverUnderTest({ handlers: huntHandlers(own), checkAnswers: true });
  const { id: _, ...headers } = await other.withToken('viewer', 'admin');
  try {
    const at = '2026-11-01T08:00:00Z';
    clock.set('2026-11-01T08:01:00.000Z');
    for (let from = 0; from < 1500; from += 300)
      await own.intake.take(
        Array.from({ length: 300 }, (_, each) => {
          const number = 50_000 + from + each;
          const event = audit(number, number % 7 === 0 ? runner : `user-${number % 50}`, 'get', at);
          return { ...event, requestURI: `/api/${number}/${'long'.repeat(10)}`, userAgent: 'x'.repeat(number % 400) };
        }),
        { source: 'test', locator: 'test' },
      );
    const questions = [
      'everything',
      'actor = ServiceAccount/ml-serving/predictor-runner',
      'actor contains user-4 and not raw.responseStatus.code > 300',
      'raw.user.username = user-9 or raw.objectRef.name = secret-50011',
      `raw.requestURI = /api/50123/${'long'.repeat(10)}`,
      'raw.requestURI contains /5012 and raw.userAgent starts with xxx',
      'raw.nothing',
      'raw contains secret-50042',
    ];
    const answers = async () => {
      const found: unknown[] = [];
      for (const q of questions) {
        const pages: unknown[] = [];
        let before: number | null = null;
        do {
          const query = new URLSearchParams({ q, limit: '200', ...(before === null ? {} : { before: `${before}` }) });
          const answer = await other.app.inject({ url: `/api/hunt?${query}`, headers });
          const page: Hunt = answer.json();
          expect(page.completeness).toEqual({ answer: 'complete' });
          pages.push([
            page.events.map(({ no, event }) => [no, event]),
            page.facets,
            page.span,
            page.facets && page.found,
          ]);
          before = pages.length < 3 ? page.next : null;
        } while (before !== null);
        found.push([q, pages]);
      }
      return found;
    };
    const bare = await answers();
    const sizes = bare.map((each) => ((each as [string, [[], unknown, unknown, number][]])[1][0] as { 3: number })[3]);
    expect(sizes.map((size) => size > 0)).toEqual([true, true, true, true, true, true, false, true]);
    expect(await own.storage.columnNext(new Date(0))).toBe(0);
    expect(await own.storage.columnNext(new Date('2027-01-01'))).toBe(1500);
    expect(await answers()).toEqual(bare);
    // One event more, and the newest block is another.
    clock.set('2026-11-20T08:00:00.000Z');
    await own.intake.take([audit(1, 'late', 'get', '2026-11-20T08:00:00Z')], { source: 'test', locator: 'test' });
    clock.set('2026-11-21T09:00:00.000Z');
    const { written } = await keepCold({ ...own, hotDays: 10, keepDays: undefined }, new AbortController().signal);
    expect(written).toMatchObject([{ events: 1500 }]);
    const withoutLate = async () =>
      (await answers()).filter(
        (each) => (each as [string])[0] !== 'everything' && (each as [string])[0] !== 'raw.nothing',
      );
    const wanted = bare.filter(
      (each) => (each as [string])[0] !== 'everything' && (each as [string])[0] !== 'raw.nothing',
    );
    expect(await withoutLate()).toEqual(wanted);
    for await (const columns of glob(join(folder, 'own-*', 'events', 'cold', '*.columns')))
      await writeFile(columns, 'damaged');
    expect(await withoutLate()).toEqual(wanted);
  } finally {
    await other.stop();
    await own.close();
  }
}, 60_000);

test('a question that cannot be read is refused with its place', async () => {
  const answer = await server.app.inject({ url: '/api/hunt?q=actr%20%3D%20x', headers: viewer });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'FB-QUERY-INVALID', detail: { position: 0 } });
});
