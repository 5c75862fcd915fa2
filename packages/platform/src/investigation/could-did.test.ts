/** Whose the events are, on a small world; and that order and repetition of a log change nothing. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeFinder } from '../events/node-finder.ts';
import { normalise } from '../events/normalise.ts';
import type { KnownLog } from '../events/store.ts';
import { estateOf } from '../facts/estate.ts';
import { allow, iam, role, trusting, user } from '../graph/aws/cases/world.case.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { edgeRules } from '../graph/edges/index.ts';
import { nodeRules } from '../graph/nodes/index.ts';
import { couldVersusDid } from './could-did.ts';

const job = role('job', [trusting({ AWS: iam('root') })], [allow('s3:*')]);
const other = role('other', [trusting({ AWS: iam('root') })], [allow('s3:*')]);
const estate = estateOf([user('ann', [allow('sts:AssumeRole')]), user('bob', []), job, other], []);
const graph = deriveGraph(estate, nodeRules, edgeRules);
const find = nodeFinder(graph);
const ann = `aws:User/${iam('user/ann')}`;
const theRole = `aws:Role/${iam('role/job')}`;

function call(minute: number, eventName: string, by: object, requestParameters: object = {}): NormalEvent {
  const value = {
    eventSource: eventName === 'AssumeRole' ? 'sts.amazonaws.com' : 's3.amazonaws.com',
    eventName,
    eventTime: `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`,
    eventID: `${minute} ${eventName}`,
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    userIdentity: { accountId: '111122223333', ...by },
    requestParameters,
  };
  const [read] = normalise(value, { locator: 'trail', received: '2026-11-21T00:00:00.000Z' });
  if (read === undefined || !('event' in read)) throw new Error('not read');
  return normalEventSchema.parse(read.event);
}
const byUser = (name: string) => ({ type: 'IAMUser', arn: iam(`user/${name}`) });
const bySession = (name: string) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::111122223333:assumed-role/${name}/s`,
  sessionContext: { sessionIssuer: { arn: iam(`role/${name}`) } },
});
const bucket = { bucketName: 'weights' };
const story: readonly NormalEvent[] = [
  call(1, 'GetObject', bySession('job'), bucket),
  call(2, 'AssumeRole', byUser('ann'), { roleArn: iam('role/job') }),
  call(3, 'GetObject', bySession('job'), bucket),
  call(4, 'PutObject', bySession('other'), bucket),
  call(5, 'GetObject', byUser('bob'), bucket),
];
const ask = (events: readonly NormalEvent[], more: { since?: string; logs?: KnownLog[] } = {}) =>
  couldVersusDid({
    graph,
    compromised: [graph.resolve(ann)],
    find,
    events,
    logged: new Set(['aws']),
    gaps: [],
    ...more,
  });

test('a role is the attacker’s from the moment on at which it was taken', () => {
  const { log, actors, did } = ask(story);
  // Before it was taken, and roles that could have been taken and were not, are told apart.
  expect(log).toMatchObject({ events: 5, theirs: 2, within: 2 });
  expect(actors.map(({ node, events, takenBy }) => [node.id, events, takenBy?.operation])).toEqual([
    [ann, 1, undefined],
    [theRole, 1, 'sts:AssumeRole'],
  ]);
  expect(did.map(({ node, events, by, known }) => [node.id, events, by, known])).toEqual([
    [theRole, 1, [ann], true],
    ['aws:Bucket/arn:aws:s3:::weights', 1, [theRole], false],
  ]);
  expect(did[0]?.way).toEqual([{ type: 'STS_ASSUME_ROLE', from: ann, to: theRole }]);
});

test('which grants were abused, and where a log leaves out a part', () => {
  const { abused, logged } = ask(story);
  expect(abused).toMatchObject([{ type: 'STS_ASSUME_ROLE', from: ann, to: theRole, events: 1, touched: [theRole] }]);
  expect(abused[0]?.words).toMatch(/role/i);
  expect(logged).toEqual([
    {
      system: 'aws',
      format: 'cloudtrail',
      events: 5,
      first: '2026-11-20T10:01:00.000Z',
      last: '2026-11-20T10:05:00.000Z',
    },
  ]);
  const log = { format: 'cloudtrail', events: 9, first: '2026-11-20T10:02:30.000Z', last: '2026-11-20T10:02:45.000Z' };
  expect(ask(story, { logs: [log] }).logged[0]?.gap).toMatch(/begins at .*10:02:30.* ends at .*10:02:45/);
});

test('what was refused takes nothing', () => {
  const refused = story.map((event) =>
    event.operation === 'sts:AssumeRole' ? { ...event, outcome: 'refused' as const } : event,
  );
  const { log, did } = ask(refused);
  expect(log.theirs).toBe(1);
  expect(did).toMatchObject([{ node: { id: theRole }, events: 0, refused: 1 }]);
});

test('since when, and of which systems nothing is known', () => {
  expect(ask(story, { since: '2026-11-20T10:03:00.000Z' }).log).toMatchObject({ events: 3, theirs: 0 });
  expect(ask(story).completeness).toEqual({ answer: 'complete' });
  const blind = couldVersusDid({
    graph,
    compromised: [graph.resolve(ann)],
    find,
    events: [],
    logged: new Set(),
    gaps: [],
  });
  expect(blind.unlogged).toMatchObject([{ system: 'aws', jewels: 0 }]);
  expect(blind.completeness).toMatchObject({ answer: 'limited', reasons: [{ code: 'FB-LOG-MISSING' }] });
});

test('order and repetition of the log change nothing but the count of repetitions', () => {
  const answer = ask(story);
  const shuffled = fc.shuffledSubarray([...story, ...story], { minLength: story.length * 2 });
  fc.assert(
    fc.property(shuffled, (events) => {
      expect(ask(events)).toEqual({ ...answer, log: { ...answer.log, duplicates: story.length } });
    }),
  );
});
