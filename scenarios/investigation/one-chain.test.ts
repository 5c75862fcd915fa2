/**
 * What an attacker did with models, data, tools, identities and the platform, what was found, what we did and what people decided, stand in
 * one chain in the order of time; the picture of could and did names the grants that were abused and where a log leaves a part out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CouldDid, Detection } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseDesk } from '../../packages/platform/src/app/case-desk.ts';
import { eventHandlers } from '../../packages/platform/src/app/handlers/events.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import { type ServerUnderTest, serverUnderTest } from '../../packages/platform/src/http/testing/server-under-test.ts';
import { settableClock } from '../../packages/platform/src/kernel/settable-clock.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { day } from './testing/day.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
const clock = settableClock('2026-11-20T10:30:00.000Z');
const signal = new AbortController().signal;
const runner = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-chain-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(signal),
    clock,
  });
  server = await serverUnderTest({ handlers: eventHandlers(station), checkAnswers: true });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

const retrain = 'arn:aws:iam::111122223333:role/aurora-retrain';
const read = (minute: number, bucket: string) => ({
  eventVersion: '1.09',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventTime: `2026-11-20T10:${minute}:00Z`,
  eventID: `${minute} ${bucket}`,
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: {
    accountId: '111122223333',
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/aurora-retrain/botocore',
    sessionContext: { sessionIssuer: { arn: retrain } },
  },
  requestParameters: { bucketName: bucket, key: 'part-1' },
  resources: [{ type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }],
});
/** As MLflow's own webhook tells it: it says of nobody who did it, so a detection has to say that it belongs here. */
const aliasMoved = {
  entity: 'model_version_alias',
  action: 'created',
  timestamp: '2026-11-20T10:22:00Z',
  data: { name: 'credit-risk', alias: 'champion', version: '9' },
};

test('each kind of action is in the chain, in the order of time', async () => {
  const { graph } = await (station.field?.holder.current(signal) ?? Promise.reject(new Error('no estate')));
  const pod = graph.nodes.find(({ id }) => id.startsWith('kubernetes:Pod/agents/support-agent-'))?.name ?? '';
  const events = [...day(pod), read(14, 'aurora-training'), read(16, 'aurora-models'), aliasMoved];
  expect(await station.intake.take(events, { source: 'test', locator: 'the day' })).toMatchObject({ problems: [] });
  const kept = await station.storage.eventStore.after(0, 1000);
  const cited = kept.filter(
    ({ event }) =>
      event.source.format === 'mlflow-webhook' ||
      event.operation.includes('export_') ||
      event.operation.includes('selfsubjectrulesreviews') ||
      event.operation.includes('GetObject'),
  );
  expect(cited).toHaveLength(5);
  const seen = cited.map(({ event: { id, digest, time, source } }) => ({ id, digest, time, where: source }));
  const detection: Detection = {
    ...{ id: 'det_chain', detector: 'test/chain', status: 'stable', severity: 'high', title: 'A token is abused' },
    ...{ first: '2026-11-20T10:00:00.000Z', last: '2026-11-20T10:22:00.000Z', by: [runner], about: [], sessions: [] },
    ...{ events: seen, count: 5, what: 'w', why: 'y', next: 'n', techniques: [] },
  };
  await station.cases.takeDetections([detection]);
  const desk = caseDesk(station);
  const incident = (await desk.queue(false)).incidents[0]?.id ?? '';
  clock.set('2026-11-20T10:40:00.000Z');
  await station.ledger.append([
    { incident, kind: 'plan.approved', actor: 'Ada', body: { plan: 'abc', reason: 'cut it' } },
  ]);
  const timeline = await desk.timeline(incident, { after: undefined, limit: 1000 }, signal);
  const kinds = new Set(timeline.moments.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(
    ['data', 'detection', 'human', 'identity', 'model', 'platform', 'response', 'tool'].sort(),
  );
  expect(timeline.moments.map(({ at }) => at)).toEqual(timeline.moments.map(({ at }) => at).sort());
  const told = (kind: string) => timeline.moments.filter((each) => each.kind === kind).map(({ words }) => words);
  expect(told('data')).toEqual([expect.stringContaining('aurora-training')]);
  expect(told('model')).toEqual([expect.stringContaining('aurora-models'), expect.stringContaining('champion')]);
  expect(told('tool')).toEqual([expect.stringContaining('export_tickets')]);
  expect(told('human')).toContainEqual(expect.stringMatching(/approved/i));

  const { id: _, ...headers } = await server.withToken('responder', 'admin');
  const answer = await server.app.inject({ url: `/api/incidents/${incident}/did`, headers });
  const { did, abused, logged }: CouldDid = answer.json();
  expect(did.map(({ node }) => node.id)).toContain('kubernetes:Secret/ml-serving/s3-model-store');
  expect(abused.length).toBeGreaterThan(0);
  for (const { words, events: times, touched } of abused) {
    expect(words).not.toBe('');
    expect(times).toBeGreaterThan(0);
    expect(touched.length).toBeGreaterThan(0);
  }
  // The attack began in the cluster, minutes before anything of AWS was logged.
  expect(logged.find(({ format }) => format === 'cloudtrail')?.gap).toMatch(/begins|ends/);
}, 60_000);
