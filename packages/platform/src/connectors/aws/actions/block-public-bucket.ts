import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, field, record, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { deskOf, nameOf } from './exchange/desk.ts';
import { inWords } from './exchange/failure.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptThing } from './impact/legitimate-use.ts';
import { bucket, bucketArn } from './resources/bucket.ts';

const params = z.object({ account: accountParam, arn: arnParam(bucketArn, 'a bucket') }).refine(...ownArn);
type Params = z.infer<typeof params>;
const switches = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;
const block = z.object({
  BlockPublicAcls: z.boolean(),
  IgnorePublicAcls: z.boolean(),
  BlockPublicPolicy: z.boolean(),
  RestrictPublicBuckets: z.boolean(),
});
const before = z.object({ exists: z.boolean(), /** Null where it never was set. */ block: block.nullable() });
type Before = z.infer<typeof before>;

const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const put = (of: Params, PublicAccessBlockConfiguration: z.infer<typeof block>): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 's3api',
  operation: 'PutPublicAccessBlock',
  input: { ...bucket(of), PublicAccessBlockConfiguration },
});

/** Closes a bucket to the public, whatever its policy and lists say; neither is changed. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.block-public-bucket',
  title: 'Block public access to bucket',
  stage: 'access',
  targetKinds: ['Bucket'],
  params,
  before,
  permissions: ['ListBucket', 'GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'].map(
    (action) => `s3:${action} arn:*:s3:::*`,
  ),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Block all public access to bucket ${nameOf(of.arn)}. With a public policy this also closes it to other accounts that the policy names.`,
  undoes: (of) => `The public access block of bucket ${nameOf(of.arn)} is set, or absent, as before.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('block-public-bucket', interruptThing(estate, awsId(of.arn), 'The public no longer reads it.', 'outside')),
  ...accountChange<Params, Before>({
    async read(desk, of) {
      if ((await desk.get('s3api', 'HeadBucket', bucket(of))) === null) return { exists: false, block: null };
      const answer = await desk.get('s3api', 'GetPublicAccessBlock', bucket(of));
      const found = record(answer?.PublicAccessBlockConfiguration);
      if (found === undefined) return { exists: true, block: null };
      const set = (name: (typeof switches)[number]) => field(found, name) === true;
      return {
        exists: true,
        block: {
          BlockPublicAcls: set('BlockPublicAcls'),
          IgnorePublicAcls: set('IgnorePublicAcls'),
          BlockPublicPolicy: set('BlockPublicPolicy'),
          RestrictPublicBuckets: set('RestrictPublicBuckets'),
        },
      };
    },
    isGone: ({ exists }) => !exists,
    goneIsWanted: true,
    wanted: (now) => now.block !== null && switches.every((name) => now.block?.[name] === true),
    forward: (_, of) => [put(of, all)],
    back: (_, of, was) => [
      was.block === null
        ? {
            verb: 'delete',
            object: awsId(of.arn),
            service: 's3api',
            operation: 'DeletePublicAccessBlock',
            input: bucket(of),
            removes: true,
          }
        : put(of, was.block),
    ],
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { control, look } = await deskOf(attempt, of.account);
    const nobody = control.nobody();
    const listing = { service: 's3api', operation: 'ListObjectsV2', region: undefined } as const;
    const anonymous = await nobody.read({ ...listing, input: { ...bucket(of), MaxKeys: 1 } }, attempt.signal);
    const name = nameOf(of.arn);
    const listed: ProbeResult = {
      what: `Nobody without a credential can list bucket ${name}`,
      result: anonymous.ok ? 'fails' : anonymous.failure === 'denied' ? 'holds' : 'cannot-tell',
      evidence: `A request without a signature got ${anonymous.ok ? 'an answer' : anonymous.error || anonymous.reason}.`,
    };
    const what = `Nobody without a credential can read an object of bucket ${name}`;
    const ours = await look('s3api', 'ListObjectsV2', { ...bucket(of), MaxKeys: 1 });
    const key = ours.ok ? textAt(array(ours.value.Contents)[0], 'Key') : undefined;
    if (key === undefined) {
      const why = ours.ok ? 'The bucket is empty: there is nothing to try.' : inWords(ours, 's3 ListObjectsV2');
      return [listed, { what, result: ours.ok ? 'holds' : 'cannot-tell', evidence: why }];
    }
    const head = { service: 's3api', operation: 'HeadObject', region: undefined } as const;
    const tried = await nobody.read({ ...head, input: { ...bucket(of), Key: key } }, attempt.signal);
    const evidence = `A request without a signature for one object got ${tried.ok ? 'its head' : tried.error || tried.reason}.`;
    return [
      listed,
      { what, result: tried.ok ? 'fails' : tried.failure === 'denied' ? 'holds' : 'cannot-tell', evidence },
    ];
  },
});
