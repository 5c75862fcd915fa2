import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, type Foreign, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { deskOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn, roleArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { holderPermissions, holderWords } from './iam/holder.ts';
import { type InlineDenyBefore, inlineDeny, inlineDenyBefore } from './iam/inline-deny.ts';
import { simulate, simulatePermission } from './iam/simulate.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(roleArn, 'a role'),
    /** Sessions issued before it end; the moment of the step, by AWS's clock, when absent. */
    issuedBefore: z.iso.datetime().optional(),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;

const name = 'firebreak-revoke-sessions';
/** As the console of AWS writes it ("Revoke active sessions"). */
const document = (of: Params, was: InlineDenyBefore) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'FirebreakRevokeSessions',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'aws:TokenIssueTime': of.issuedBefore ?? was.at } },
    },
  ],
});

function isOurs({ Statement }: Foreign): boolean {
  return array(Statement).every((each) => textAt(each, 'Sid') === 'FirebreakRevokeSessions');
}

/** Ends the sessions that a role has; whoever may take the role can take it anew. */
export default defineAction<Params, InlineDenyBefore, AwsSession>({
  id: 'aws.revoke-sessions',
  title: 'Revoke sessions of role',
  stage: 'credential',
  targetKinds: ['Role'],
  params,
  before: inlineDenyBefore,
  permissions: [
    ...holderPermissions(['Role'], 'List*Policies', 'Get*Policy', 'Put*Policy', 'Delete*Policy'),
    simulatePermission,
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny everything to sessions of ${holderWords(of.arn)} that were issued before ${of.issuedBefore ?? 'now'}. Whoever may take the role can take it again.`,
  undoes: (of) =>
    `The inline policy ${name} of ${holderWords(of.arn)} is as it was; older sessions that have not ended work again.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('revoke-sessions', interruptIdentity(estate, of.arn, 'Its sessions end; what renews them goes on.')),
  ...inlineDeny<Params>({ name: () => name, document, isOurs, notOurselves: true }),
  probe: async (attempt, of, { record }): Promise<readonly ProbeResult[]> => {
    const issuedBefore = of.issuedBefore ?? record.at;
    const old = new Date(new Date(issuedBefore).getTime() - 1000).toISOString();
    return [
      await simulate(await deskOf(attempt, of.account), {
        what: `A session of ${holderWords(of.arn)} from before ${issuedBefore} can do nothing`,
        arn: of.arn,
        actions: ['s3:GetObject', 'sts:AssumeRole', 'iam:CreateAccessKey', 'ec2:RunInstances', 'lambda:InvokeFunction'],
        context: [{ ContextKeyName: 'aws:TokenIssueTime', ContextKeyType: 'date', ContextKeyValues: [old] }],
      }),
    ];
  },
});
