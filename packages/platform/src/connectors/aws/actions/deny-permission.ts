import { createHash } from 'node:crypto';
import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { AwsSession } from '../session.ts';
import { deskOf } from './exchange/desk.ts';
import { accountParam, arnParam, holderArn, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { holderPermissions, holderWords } from './iam/holder.ts';
import { type InlineDenyBefore, inlineDeny, inlineDenyBefore } from './iam/inline-deny.ts';
import { simulate, simulatePermission } from './iam/simulate.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(holderArn, 'a user, role or group'),
    /** As policies write them: `s3:GetObject`. */
    actions: z
      .array(z.string().regex(/^[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128}$/, 'not an action'))
      .min(1)
      .max(20),
    /** ARNs, with wildcards as policies write them. */
    resources: z.array(z.string().min(1).max(2048)).min(1).max(20),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;

/** Equal wishes have equal names. */
const name = (of: Params) =>
  `firebreak-deny-${createHash('sha256')
    .update(JSON.stringify([of.actions, of.resources]))
    .digest('hex')
    .slice(0, 12)}`;
const inWords = ({ actions, resources }: Params) => `${actions.join(', ')} on ${resources.join(', ')}`;

/** Takes single rights on single things from an identity, wherever they come from, and leaves it all others. */
export default defineAction<Params, InlineDenyBefore, AwsSession>({
  id: 'aws.deny-permission',
  title: 'Deny permission to identity',
  stage: 'access',
  targetKinds: ['User', 'Role', 'Group'],
  params,
  before: inlineDenyBefore,
  permissions: [
    ...holderPermissions(['User', 'Role', 'Group'], 'List*Policies', 'Get*Policy', 'Put*Policy', 'Delete*Policy'),
    simulatePermission,
  ],
  target: (of) => refOf(of.arn),
  describe: (of) => `Deny ${inWords(of)} to ${holderWords(of.arn)} by the inline policy ${name(of)}.`,
  undoes: (of) =>
    `The inline policy ${name(of)} of ${holderWords(of.arn)} is deleted; its other policies were never touched.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('deny-permission', interruptIdentity(estate, of.arn, `It loses ${inWords(of)} and nothing else.`)),
  ...inlineDeny<Params>({
    name,
    document: ({ actions, resources }) => ({
      Version: '2012-10-17',
      Statement: [{ Sid: 'FirebreakDeny', Effect: 'Deny', Action: actions, Resource: resources }],
    }),
    notOurselves: false,
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => [
    await simulate(await deskOf(attempt, of.account), {
      what: `${holderWords(of.arn)} cannot do ${inWords(of)}`,
      arn: of.arn,
      actions: of.actions.filter((action) => !action.includes('*')),
      resources: of.resources.map((resource) => resource.replaceAll('*', 'firebreak-any-name').replaceAll('?', 'x')),
    }),
  ],
});
