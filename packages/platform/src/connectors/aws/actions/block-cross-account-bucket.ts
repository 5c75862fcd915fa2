import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { AwsSession } from '../session.ts';
import { deskOf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';
import { bucket, bucketArn, bucketPolicy } from './resources/bucket.ts';
import {
  isDenied,
  type ResourcePolicyBefore,
  resourcePolicy,
  resourcePolicyBefore,
} from './resources/policy-statement.ts';

const params = z.object({ account: accountParam, arn: arnParam(bucketArn, 'a bucket') }).refine(...ownArn);
type Params = z.infer<typeof params>;

const Sid = 'FirebreakOnlyThisAccount';
/** Whoever is nobody has no account, which is not ours either; services that deliver on our behalf go on. */
const statement = ({ account, arn }: Params) => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [arn, `${arn}/*`],
  Condition: {
    StringNotEquals: { 'aws:PrincipalAccount': account },
    Bool: { 'aws:PrincipalIsAWSService': 'false' },
  },
});

/** Closes a bucket to every other account, and to everybody who is none. */
export default defineAction<Params, ResourcePolicyBefore, AwsSession>({
  id: 'aws.block-cross-account-bucket',
  title: 'Close bucket to other accounts',
  stage: 'access',
  targetKinds: ['Bucket'],
  params,
  before: resourcePolicyBefore,
  permissions: ['ListBucket', 'GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'].map(
    (action) => `s3:${action} arn:*:s3:::*`,
  ),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny bucket ${nameOf(of.arn)} to everybody outside of account ${of.account}, by a statement ${Sid} in its policy.`,
  undoes: (of) =>
    `Statement ${Sid} is taken out of the policy of bucket ${nameOf(of.arn)}; untouched since, it has its exact text again.`,
  drastic: (of, estate) => {
    const policy = JSON.stringify(estate.get('aws.bucket', awsId(of.arn))?.data.Policy ?? {});
    return (policy.match(/\d{12}/g) ?? []).some((named) => named !== of.account);
  },
  takes: () => 10,
  impact: (of, estate) =>
    impactOf(
      'block-cross-account-bucket',
      interruptThing(estate, awsId(of.arn), 'Nobody from another account reads or writes it.'),
    ),
  ...resourcePolicy<Params>({
    statement,
    async read(desk, of) {
      const policy = await bucketPolicy(desk, of);
      return { exists: policy !== undefined, policy: policy ?? null };
    },
    put: (of, Policy) => ({ service: 's3api', operation: 'PutBucketPolicy', input: { ...bucket(of), Policy } }),
    remove: (of) => ({ service: 's3api', operation: 'DeleteBucketPolicy', input: bucket(of) }),
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const desk = await deskOf(attempt, of.account);
    const policy = await bucketPolicy(desk, of);
    const holds = policy === undefined || isDenied(policy, Sid);
    const stranger = await desk.control
      .nobody()
      .read(
        { service: 's3api', operation: 'ListObjectsV2', region: undefined, input: { ...bucket(of), MaxKeys: 1 } },
        attempt.signal,
      );
    return [
      {
        what: `The policy of bucket ${nameOf(of.arn)} denies it to other accounts`,
        result: holds ? 'holds' : 'fails',
        evidence: policy === undefined ? 'The bucket is gone.' : `Statement ${Sid} is ${holds ? '' : 'not '}in it.`,
      },
      {
        what: `Nobody without a credential can list bucket ${nameOf(of.arn)}`,
        result: stranger.ok ? 'fails' : stranger.failure === 'denied' ? 'holds' : 'cannot-tell',
        evidence: `A request without a signature got ${stranger.ok ? 'an answer' : stranger.error || stranger.reason}.`,
      },
    ];
  },
});
