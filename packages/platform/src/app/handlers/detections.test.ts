/** Detections become incidents, people work them, and what they decide stands; over HTTP and on a real database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, Detection, DetectionList, LedgerEntry, Quality, Queue, Suppression } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import type { StorageEvent } from '../../storage/events.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { detectionHandlers } from './detections.ts';
import { incidentHandlers } from './incidents.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let responder: Record<string, string>;
let viewer: Record<string, string>;
const clock = settableClock('2026-11-20T12:00:00.000Z');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-detections-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock,
  });
  server = await serverUnderTest({
    handlers: { ...incidentHandlers(station), ...detectionHandlers(station) },
    checkAnswers: true,
  });
  const { id: _, ...headers } = await server.withToken('responder', 'admin');
  responder = headers;
  viewer = await server.signedIn('viewer');
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

const role = (name: string) => `aws:Role/arn:aws:iam::111122223333:role/${name}`;
let made = 0;
function detection(by: readonly string[], more: Partial<Detection> = {}): Detection {
  made += 1;
  const first = more.first ?? '2026-11-20T11:00:00.000Z';
  return {
    id: `detection-${String(made).padStart(3, '0')}`,
    detector: 'test/one',
    status: 'stable',
    severity: 'high',
    title: 'Something happened',
    first,
    last: first,
    by: [...by],
    about: [],
    sessions: [],
    events: [{ id: `event-${made}`, digest: '00', time: first, where: { locator: 'here' } }],
    count: 1,
    what: 'w',
    why: 'y',
    next: 'n',
    techniques: [],
    ...more,
  };
}
async function get<T>(url: string): Promise<T> {
  const answer = await server.app.inject({ url, headers: viewer });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}
async function send(url: string, payload: object, headers = responder, method: 'POST' | 'DELETE' = 'POST') {
  const answer = await server.app.inject({ method, url, headers, ...(method === 'POST' ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
}
const entries = async (incident: string): Promise<LedgerEntry[]> => {
  const found: LedgerEntry[] = [];
  for await (const { entry } of station.ledger.entries(incident)) found.push(entry);
  return found;
};

test('opened once, joined, and told of; a repetition changes nothing', async () => {
  const heard: StorageEvent[] = [];
  const unlisten = await station.storage.listen((event) => void heard.push(event));
  const one = detection([role('aurora-velero')], { note: 'a \0 in foreign text', title: 'Read \0 much' });
  const taken = await station.cases.takeDetections([one, one]);
  expect(taken).toMatchObject({ kept: 1, joined: 1, opened: [expect.stringMatching(/^inc_/)] });
  expect(await station.cases.takeDetections([one])).toMatchObject({ kept: 0, joined: 0, opened: [] });
  const light = detection([role('aurora-velero')], { severity: 'low', first: '2026-11-20T11:01:00.000Z' });
  const trial = detection([role('aurora-loki')], { status: 'trial', severity: 'critical' });
  expect(await station.cases.takeDetections([light, trial])).toMatchObject({ kept: 2, joined: 1, opened: [] });

  const id = taken.opened[0] ?? '';
  const found = await get<Case>(`/api/incidents/${id}/case`);
  expect(found).toMatchObject({
    title: 'Role aurora-velero: Read \ufffd much, and 1 more',
    compromised: [role('aurora-velero')],
  });
  expect(found.members.map(({ joined }) => joined?.rule)).toEqual(['first', 'identity']);
  expect(found.links).toMatchObject([{ rule: 'identity', from: one.id, to: light.id }]);
  const { incidents, loose } = await get<Queue>('/api/queue');
  expect(incidents).toMatchObject([{ id, detections: 2, unjudged: 2, detectors: 1, openedBy: 'firebreak' }]);
  expect(loose).toMatchObject({ count: 1, bySeverity: { critical: 1 } });
  expect((await entries(id)).map(({ kind }) => kind)).toEqual([
    'incident.opened',
    'detections.joined',
    'detections.joined',
  ]);
  expect((await entries(id))[0]?.body).toMatchObject({ compromised: [role('aurora-velero')] });
  await unlisten();
  expect(heard).toContainEqual({ type: 'incident', incident: id });
  expect(heard).toContainEqual({ type: 'detection', incident: null });
});

test('lists are narrowed and paged, and a page never repeats', async () => {
  const by = [role('backup')];
  const many = Array.from({ length: 5 }, (_, at) =>
    detection(by, {
      detector: 'test/paged',
      first: `2026-11-20T10:0${at}:00.000Z`,
      note: at === 3 ? 'the Needle' : '',
    }),
  );
  await station.cases.takeDetections(many);
  const ids: string[] = [];
  let after = '';
  do {
    const page = await get<DetectionList>(`/api/detections?detector=test/paged&limit=2${after}`);
    expect(page.total).toBe(5);
    ids.push(...page.detections.map(({ id }) => id));
    after = page.next === null ? '' : `&after=${encodeURIComponent(page.next)}`;
  } while (after !== '');
  expect(ids).toEqual(many.map(({ id }) => id).reverse());
  const of = async (query: string) =>
    (await get<DetectionList>(`/api/detections?${query}`)).detections.map(({ id }) => id);
  expect(await of('text=nEEDle')).toEqual([many[3]?.id]);
  expect(await of(`node=${encodeURIComponent(role('backup'))}&since=2026-11-20T10:03:30Z`)).toEqual([many[4]?.id]);
  expect(await of('incident=none&severity=critical')).toHaveLength(1);
  expect(await of(`detector=test/paged&after=${encodeURIComponent('no cursor')}&limit=1`)).toEqual([many[4]?.id]);
});

test('merged and split by hand, and no rule undoes it', async () => {
  const [a, b] = [detection([role('ci-website')]), detection([role('config-recorder')])];
  const { opened } = await station.cases.takeDetections([a, b]);
  const [one = '', two = ''] = opened;
  expect(opened).toHaveLength(2);
  const merged = await send(`/api/incidents/${one}/merge`, { from: [two], reason: 'one campaign' });
  expect(merged.status, JSON.stringify(merged.body)).toBe(200);
  expect(merged.body.members).toHaveLength(2);
  expect((await send(`/api/incidents/${two}/merge`, { from: [one], reason: 'again' })).body).toMatchObject({
    code: 'FB-CASE-REFUSED',
  });
  expect((await get<Queue>('/api/queue?hidden=true')).incidents.find(({ id }) => id === two)).toMatchObject({
    mergedInto: one,
  });

  // more of both comes to the one
  const more = [detection([role('ci-website')]), detection([role('config-recorder')])];
  expect(await station.cases.takeDetections(more)).toMatchObject({ opened: [], joined: 2 });
  const split = await send(`/api/incidents/${one}/split`, { detections: [more[0]?.id], reason: 'a test of ours' });
  expect(split.status, JSON.stringify(split.body)).toBe(200);
  expect(split.body).toMatchObject({
    openedBy: 'admin 1',
    history: [{ did: 'split', reason: 'a test of ours', others: [one] }],
  });
  const again = detection([role('ci-website')], { first: '2026-11-20T11:20:00.000Z' });
  expect(await station.cases.takeDetections([again])).toMatchObject({ opened: [], merged: [], joined: 1 });
  const left = await get<Case>(`/api/incidents/${one}/case`);
  expect(left.related).toMatchObject([{ incident: split.body.id, rule: 'identity' }]);
  expect((await entries(one)).map(({ kind }) => kind)).toContain('incident.split');
  expect(
    (await send(`/api/incidents/${split.body.id}/split`, { detections: ['detection-none'], reason: 'x' })).status,
  ).toBe(404);
});

test('a closed incident gathers nothing more; a loose detection can be made one', async () => {
  const { opened } = await station.cases.takeDetections([detection([role('rds-monitoring')])]);
  const id = opened[0] ?? '';
  expect((await send(`/api/incidents/${id}/close`, { as: 'false-alarm', reason: 'a drill' })).status).toBe(200);
  expect((await get<Queue>('/api/queue')).incidents.map((each) => each.id)).not.toContain(id);
  const next = await station.cases.takeDetections([detection([role('rds-monitoring')])]);
  expect(next.opened).toHaveLength(1);
  expect((await send(`/api/incidents/${id}/reopen`, { reason: 'was none' })).body).toMatchObject({ closed: null });

  const light = detection([role('vpc-flow-logs')], { severity: 'low' });
  await station.cases.takeDetections([light]);
  const made = await send('/api/detections/open', { detections: [light.id], reason: 'it is odd' });
  expect(made.body).toMatchObject({ compromised: [role('vpc-flow-logs')], members: [{ joined: { rule: 'hand' } }] });
  const another = detection([role('vpc-flow-logs')], { severity: 'low' });
  expect(await station.cases.takeDetections([another])).toMatchObject({ opened: [], joined: 1 });
  expect((await send('/api/detections/open', { detections: [light.id], reason: 'again' })).status).toBe(409);
});

test('an incident that a person opened draws what its identities do', async () => {
  const id = (await send('/api/incidents', { title: 'By hand', compromised: [role('vendor-labelling')] })).body.id;
  const taken = await station.cases.takeDetections([detection([role('vendor-labelling')])]);
  expect(taken).toMatchObject({ opened: [], joined: 1 });
  const other = detection([role('ci-website-other')], { sessions: ['a-session-of-2026'] });
  const linked = detection([role('vendor-labelling')], { sessions: ['a-session-of-2026'] });
  await station.cases.takeDetections([other, linked]);
  expect((await send(`/api/incidents/${id}/adopt`, { reason: 'x' })).body).toMatchObject({ code: 'FB-CASE-REFUSED' });
  const before = detection([role('partner-portal')], {
    first: '2026-11-20T09:00:00.000Z',
    sessions: ['a-session-of-2026'],
  });
  expect(await station.cases.takeDetections([before])).toMatchObject({ opened: [], joined: 1 });
  const wider = await get<Case>(`/api/incidents/${id}/case`);
  expect(wider).toMatchObject({ compromised: [role('vendor-labelling')], newRoots: [{ id: role('partner-portal') }] });
  const adopted = await send(`/api/incidents/${id}/adopt`, { reason: 'it began there' });
  expect(adopted.body).toMatchObject({ compromised: [role('vendor-labelling'), role('partner-portal')], newRoots: [] });
  expect((await entries(id)).map(({ kind }) => kind)).toContain('incident.widened');
  expect(await get<Case>(`/api/incidents/${id}/case`)).toMatchObject({
    title: 'By hand',
    detections: 4,
    severity: { level: 'high' },
  });
});

test('suppressed: hidden, kept, counted, and over in time', async () => {
  const by = [role('cloudtrail-delivery')];
  const one = detection(by, { detector: 'test/noisy', note: 'Scanner v1' });
  const { opened } = await station.cases.takeDetections([one]);
  const scope = { detector: 'test/noisy', text: { field: 'note', holds: 'scanner' } };
  const forever = await send('/api/suppressions', { scope, reason: 'ours', until: '2028-01-01T00:00:00Z' });
  expect(forever).toMatchObject({ status: 400, body: { code: 'FB-USAGE' } });
  expect((await send('/api/suppressions', { scope: {}, reason: 'all', until: '2026-12-01T00:00:00Z' })).status).toBe(
    400,
  );
  const made = await send('/api/suppressions', { scope, reason: 'our own scanner', until: '2026-12-01T00:00:00Z' });
  expect(made.body).toMatchObject({ state: 'active', hidden: 1, by: 'admin 1' });
  expect((await get<Queue>('/api/queue')).incidents.map(({ id }) => id)).not.toContain(opened[0]);
  const next = detection(by, { detector: 'test/noisy', note: 'scanner v2' });
  expect(await station.cases.takeDetections([next])).toMatchObject({ suppressed: 1, opened: [], joined: 0 });
  const list = await get<DetectionList>('/api/detections?detector=test/noisy');
  expect(list).toMatchObject({ detections: [], total: 0, suppressed: 2 });
  expect((await get<DetectionList>('/api/detections?detector=test/noisy&suppressed=only')).total).toBe(2);
  const ended = await send(`/api/suppressions/${made.body.id}`, {}, responder, 'DELETE');
  expect(ended.body).toMatchObject({ state: 'ended', endedBy: 'admin 1', hidden: 2 });
  expect(
    await station.cases.takeDetections([detection(by, { detector: 'test/noisy', note: 'scanner v3' })]),
  ).toMatchObject({ suppressed: 0, opened: [expect.any(String)] });
  expect((await get<{ suppressions: Suppression[] }>('/api/suppressions')).suppressions).toHaveLength(1);
});

test('what is far too long is cut, half a character made whole, and nothing held up', async () => {
  const long = 'x'.repeat(100_000);
  const many = Array.from({ length: 5000 }, (_, at) => `aws:Role/${at}`);
  const one = detection([...many, `aws:Role/${'y'.repeat(1000)}`, long], {
    id: long,
    detector: long,
    title: long,
    note: long,
    about: many,
    sessions: [long],
  });
  expect(await station.cases.takeDetections([one])).toMatchObject({ kept: 1 });
  expect(await station.cases.takeDetections([one])).toMatchObject({ kept: 0 });
  const { detections } = await get<DetectionList>('/api/detections?node=aws:Role/7');
  expect(detections).toHaveLength(1);
  expect(detections[0]?.by).toHaveLength(500);
  const torn = detection(['aws:Role/torn\ud800'], {
    id: 'torn \udc00',
    title: 'half \ud83d',
    note: '\ud800',
    sessions: ['\ud800'],
    events: Array.from({ length: 30 }, (_, at) => ({
      id: `${'\u0001'.repeat(5000)}${at}\ud800`,
      digest: '00',
      time: '2026-11-20T11:00:00.000Z',
      where: { locator: '\ud800' },
    })),
  });
  expect(await station.cases.takeDetections([torn])).toMatchObject({ kept: 1, opened: [expect.any(String)] });
  const longer = detection([`aws:Role/${'z'.repeat(1000)}`]);
  await station.cases.takeDetections([longer]);
  expect((await get<DetectionList>(`/api/detections?node=aws:Role/${'z'.repeat(1000)}`)).total).toBe(1);
});

test('verdicts count for the detector, the newest of each', async () => {
  const all = Array.from({ length: 4 }, () => detection([role('sagemaker-training')], { detector: 'test/judged' }));
  const { opened } = await station.cases.takeDetections(all);
  clock.advance(600_000);
  const give = (at: number, verdict: string, headers = responder) =>
    send(`/api/detections/${all[at]?.id}/verdict`, { verdict, note: 'seen' }, headers);
  expect((await give(0, 'true-positive', viewer)).status).toBe(403);
  expect((await give(0, 'unknown')).body.judgement).toMatchObject({ verdict: 'unknown', by: 'admin 1' });
  for (const [at, verdict] of ['true-positive', 'benign-true-positive', 'false-positive', 'unknown'].entries())
    await give(at, verdict);
  const quality = await get<Quality>('/api/quality');
  const row = quality.detectors.find(({ detector }) => detector === 'test/judged');
  expect(row).toMatchObject({
    answer: 'found',
    detections: 4,
    verdicts: { 'true-positive': 1, 'benign-true-positive': 1, 'false-positive': 1, unknown: 1 },
    precision: { value: 2 / 3, of: 3 },
    attacks: { value: 1 / 3, of: 3 },
    falsePositiveRate: null,
  });
  expect(quality.timeToVerdict).toMatchObject({ median: 600_000, of: 4 });
  expect(quality.timeToDetect?.median).toBeGreaterThanOrEqual(3_600_000);
  // no event came in here, so no rule can say that there was nothing
  const rule = quality.detectors.find(({ detector, detections }) => detector.startsWith('sigma/') && detections === 0);
  expect(rule).toMatchObject({ answer: 'cannot-tell' });
  expect((await entries(opened[0] ?? '')).filter(({ kind }) => kind === 'detection.judged')).toHaveLength(5);
  expect(await get<Case>(`/api/incidents/${opened[0]}/case`)).toMatchObject({ unjudged: 0 });
});
