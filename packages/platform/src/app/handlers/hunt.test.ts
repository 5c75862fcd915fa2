/** Hunting over HTTP: events of the database and of cold files as one, by names of the estate, page after page. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hunt } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { type SettableClock, settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { keepCold } from '../cold-keeper.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
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
  server = await serverUnderTest({ handlers: huntHandlers(station), checkAnswers: true });
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

  await writeFile(join(folder, 'events', 'cold', written[0]?.name ?? ''), 'PAR1');
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

test('a question that cannot be read is refused with its place', async () => {
  const answer = await server.app.inject({ url: '/api/hunt?q=actr%20%3D%20x', headers: viewer });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'FB-QUERY-INVALID', detail: { position: 0 } });
});
