import { createHash } from 'node:crypto';
import { awsId, defineAction, type Outcome, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused, refusedBy } from '../../../exchange/outcome.ts';
import { array, at, record } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { type AwsAttempt, type Desk, deskOf, regionOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { changeOf, send, type Write } from './exchange/write.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(/^arn:[^:]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/, 'a secret'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
/** Ids of versions and never a value. */
const before = z.object({
  exists: z.boolean(),
  rotation: z.boolean(),
  current: z.string().nullable(),
  pending: z.string().nullable(),
});
type Before = z.infer<typeof before>;

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  const answer = await desk.get('secretsmanager', 'DescribeSecret', { SecretId: arn }, regionOf(arn));
  if (answer === null || answer.DeletedDate !== undefined)
    return { exists: false, rotation: false, current: null, pending: null };
  const stages = Object.entries(record(answer.VersionIdsToStages) ?? {});
  const labelled = (label: string) => stages.find(([, labels]) => array(labels).includes(label))?.[0] ?? null;
  const rotation = at(answer, 'RotationEnabled') === true;
  const current = labelled('AWSCURRENT');
  const pending = labelled('AWSPENDING');
  return { exists: true, rotation, current, pending: pending === current ? null : pending };
}

const rotate = (of: Params, key: string): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'secretsmanager',
  operation: 'RotateSecret',
  region: regionOf(of.arn),
  // The same step asks with the same token, so that AWS rotates once however often it is asked.
  input: { SecretId: of.arn, ClientRequestToken: key, RotateImmediately: true },
});
const tokenOf = (of: Params, was: Before) =>
  createHash('sha256')
    .update(JSON.stringify([of.arn, was.current]))
    .digest('hex')
    .slice(0, 32);

const notConfigured =
  'No rotation is configured for it: Secrets Manager does not know how to change the value at the service that it opens.';
const isDone = (now: Before, was: Before) => !now.exists || (now.current !== was.current && now.pending === null);

/** Makes the value that an attacker read worthless, by the secret's own rotation. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.rotate-secret',
  title: 'Rotate secret',
  stage: 'credential',
  targetKinds: ['Secret'],
  params,
  before,
  permissions: ['secretsmanager:DescribeSecret', 'secretsmanager:RotateSecret'].map(
    (action) => `${action} arn:*:secretsmanager:*:*:secret:*`,
  ),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Rotate secret ${of.arn.split(':').at(-1)} by the rotation that is configured for it. Whoever can read it reads the new value.`,
  undoes: () => 'It is not undone: the old value is in the attacker’s hands.',
  drastic: () => true,
  takes: () => 60,
  impact: (of, estate) =>
    impactOf(
      'rotate-secret',
      interruptThing(estate, awsId(of.arn), 'What keeps the old value in memory has to read it again.'),
    ),
  read: async (attempt, of) => ({ record: await read(await deskOf(attempt, of.account), of) }),
  preview: (of, was) => (was.exists && was.rotation ? [changeOf(rotate(of, tokenOf(of, was)))] : []),
  async apply(attempt: AwsAttempt, of, was): Promise<Outcome> {
    let desk: Desk;
    let now: Before;
    try {
      desk = await deskOf(attempt, of.account);
      now = await read(desk, of);
    } catch (error) {
      return refusedBy(error, 'FB-AWS-CONFLICT');
    }
    if (!now.exists) return refused('FB-AWS-GONE', `${of.arn} does not exist, or is being deleted.`);
    if (isDone(now, was)) return { outcome: 'done' };
    if (!now.rotation) return refused('FB-STEP-REFUSED', notConfigured);
    return await send(desk, rotate(of, tokenOf(of, was)));
  },
  inEffect: (now, _, was) => isDone(now, was),
  async probe(attempt, of, { record: was }): Promise<readonly ProbeResult[]> {
    const now = await read(await deskOf(attempt, of.account), of);
    return [
      {
        what: 'The secret has another value than before',
        result: isDone(now, was) ? 'holds' : 'fails',
        evidence: `Version ${now.current ?? '(none)'} is current; it was ${was.current ?? '(none)'}.${now.pending === null ? '' : ' A rotation is under way.'}`,
      },
      {
        what: 'The old value opens nothing',
        result: 'cannot-tell',
        evidence: 'Only the service that the secret opens could tell; the values themselves are not read.',
      },
    ];
  },
  reversal: {
    kind: 'none',
    because:
      'A rotation changes the value at the service too. The old one is what the attacker has; it must not come back.',
  },
});
