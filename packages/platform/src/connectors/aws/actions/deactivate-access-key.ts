import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { array, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { deskOf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn, userArn } from './exchange/params.ts';
import type { Write } from './exchange/write.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    /** Of the user. */
    arn: arnParam(userArn, 'a user'),
    accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/, 'not an access key id'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when the user has no such key. */
  key: z.object({ Status: z.string() }).nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ accessKeyId }: Params) => `aws:AccessKey/${accessKeyId}`;
const set = (of: Params, Status: string): Write => ({
  verb: 'patch',
  object: id(of),
  service: 'iam',
  operation: 'UpdateAccessKey',
  input: { UserName: nameOf(of.arn), AccessKeyId: of.accessKeyId, Status },
});

/** Makes an access key worthless until it is activated again. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.deactivate-access-key',
  title: 'Deactivate access key',
  stage: 'credential',
  targetKinds: ['AccessKey'],
  params,
  before,
  permissions: ['iam:ListAccessKeys arn:*:iam::*:user/*', 'iam:UpdateAccessKey arn:*:iam::*:user/*'],
  target: (of) => ({ kind: 'AccessKey', id: id(of), name: `${of.accessKeyId} of ${nameOf(of.arn)}` }),
  describe: (of) =>
    `Deactivate access key ${of.accessKeyId} of user ${nameOf(of.arn)}. Sessions that were made with it (GetSessionToken, AssumeRole) go on until they end.`,
  undoes: (of) => `Access key ${of.accessKeyId} is active again, with the same secret.`,
  drastic: () => false,
  takes: () => 10,
  impact(of, estate) {
    const key = estate
      .get('aws.user', awsId(of.arn))
      ?.data.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === of.accessKeyId);
    const what = `Whatever signs with ${of.accessKeyId} is refused.${key?.LastUsedService === 'N/A' ? ' It was never used.' : ''}`;
    return impactOf('deactivate-access-key', interruptIdentity(estate, of.arn, what).slice(0, 1));
  },
  ...accountChange<Params, Before>({
    async read(desk, of) {
      const answer = await desk.get('iam', 'ListAccessKeys', { UserName: nameOf(of.arn) });
      const key = array(answer?.AccessKeyMetadata).find((each) => textAt(each, 'AccessKeyId') === of.accessKeyId);
      return { key: key === undefined ? null : { Status: textAt(key, 'Status') ?? '' } };
    },
    isGone: ({ key }) => key === null,
    goneIsWanted: true,
    wanted: ({ key }) => key?.Status === 'Inactive',
    forward: (_, of) => [set(of, 'Inactive')],
    back: (now, of, was) =>
      now.key === null
        ? refused('FB-AWS-GONE', `Access key ${of.accessKeyId} was deleted since; a deleted key cannot be had again.`)
        : [set(of, was.key?.Status ?? 'Active')],
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const desk = await deskOf(attempt, of.account);
    const what = `Access key ${of.accessKeyId} is not accepted`;
    // AWS tells a key that it does not accept from one whose secret is wrong; we need not have the secret to see which.
    const stranger = desk.control.as({ accessKeyId: of.accessKeyId, secretAccessKey: 'not-the-secret-of-this-key' });
    const reply = await stranger.read(
      { service: 'sts', operation: 'GetCallerIdentity', region: undefined, input: {} },
      attempt.signal,
    );
    const shown = reply.ok ? 'an answer' : reply.error === '' ? reply.reason : reply.error;
    const evidence = `A request signed in its name with a wrong secret got ${shown}.`;
    if (!reply.ok && reply.error.startsWith('InvalidClientTokenId')) return [{ what, result: 'holds', evidence }];
    if (!reply.ok && reply.error.startsWith('SignatureDoesNotMatch')) return [{ what, result: 'fails', evidence }];
    return [{ what, result: 'cannot-tell', evidence }];
  },
});
