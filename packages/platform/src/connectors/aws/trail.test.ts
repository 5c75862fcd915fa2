import { expect, test } from 'vitest';
import { trailRecords, trailUses } from './trail.ts';

const user = (name: string) => ({ type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${name}`, userName: name });
const session = (role: string) => ({
  type: 'AssumedRole',
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/s`,
  sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::111122223333:role/team/${role}` } },
});
const event = (userIdentity: object, source: string, eventName: string, day: number, more: object = {}) => ({
  userIdentity,
  eventSource: `${source}.amazonaws.com`,
  eventName,
  eventTime: `2026-05-0${day}T00:00:00Z`,
  awsRegion: 'eu-west-1',
  requestParameters: { password: 'hunter2' },
  ...more,
});
const time = (day: number) => `2026-05-0${day}T00:00:00.000Z`;

test('sessions count for their role, and the last time counts', () => {
  const uses = trailUses([
    event(session('app'), 's3', 'CreateBucket', 3),
    event(session('app'), 's3', 'CreateBucket', 2),
    event(session('app'), 'lambda', 'ListFunctions20150331', 1),
    event(user('ann'), 'monitoring', 'PutMetricData', 4),
  ]);
  expect(uses).toEqual([
    {
      Arn: 'arn:aws:iam::111122223333:role/team/app',
      Region: 'eu-west-1',
      From: time(1),
      To: time(4),
      Events: 3,
      LastSeen: time(3),
      Actions: [
        { Action: 'lambda:ListFunctions', Last: time(1) },
        { Action: 's3:CreateBucket', Last: time(3) },
      ],
    },
    expect.objectContaining({ Actions: [{ Action: 'cloudwatch:PutMetricData', Last: time(4) }] }),
  ]);
  expect(JSON.stringify(uses)).not.toContain('hunter2');
});

test('what was refused is no use, and a region is one record', () => {
  const refused = { errorCode: 'AccessDenied', awsRegion: 'us-east-1' };
  expect(
    trailUses([event(user('ann'), 'iam', 'CreateUser', 1, refused), event(user('ann'), 'kms', 'Decrypt', 2)]),
  ).toMatchObject([
    { Region: 'eu-west-1', Events: 1, Actions: [{ Action: 'kms:Decrypt' }] },
    { Region: 'us-east-1', Events: 1, LastSeen: time(1), Actions: [] },
  ]);
});

test('services, the root user, and events of no known shape are nobody’s', () => {
  const root = { type: 'Root', arn: 'arn:aws:iam::111122223333:root' };
  expect(
    trailUses([
      event(root, 's3', 'ListBuckets', 1),
      event({ type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, 'kms', 'Decrypt', 1),
      event(user('ann'), 's3', 'X', 1, { eventTime: 'yesterday' }),
      event(user('ann'), 's3', 'X', 1, { awsRegion: 7 }),
      {},
    ]),
  ).toEqual([]);
});

test('events as they are looked up, and as log files have them', () => {
  const one = event(user('ann'), 's3', 'CreateBucket', 1);
  expect(trailRecords({ Events: [{ CloudTrailEvent: JSON.stringify(one) }, { CloudTrailEvent: '{' }, 7] })).toEqual([
    one,
  ]);
  expect(trailRecords({ Records: [one, null] })).toEqual([one]);
  expect(trailRecords('x')).toEqual([]);
});
