import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { AwsSession } from '../session.ts';
import { deskOf } from './exchange/desk.ts';
import { accountParam, arnParam, identityArn, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { holderPermissions, holderWords } from './iam/holder.ts';
import { type InlineDenyBefore, inlineDeny, inlineDenyBefore } from './iam/inline-deny.ts';
import { simulate, simulatePermission } from './iam/simulate.ts';
import { impactOf, interruptIdentity, servesSomebody } from './impact/legitimate-use.ts';

const params = z.object({ account: accountParam, arn: arnParam(identityArn, 'a user or role') }).refine(...ownArn);
type Params = z.infer<typeof params>;

const name = 'firebreak-quarantine';
const document = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'FirebreakQuarantine', Effect: 'Deny', Action: '*', Resource: '*' }],
};

/** Takes everything from a user or role, sessions that it has already included. */
export default defineAction<Params, InlineDenyBefore, AwsSession>({
  id: 'aws.quarantine-identity',
  title: 'Quarantine identity',
  stage: 'access',
  targetKinds: ['User', 'Role'],
  params,
  before: inlineDenyBefore,
  permissions: [
    ...holderPermissions(['User', 'Role'], 'List*Policies', 'Get*Policy', 'Put*Policy', 'Delete*Policy'),
    simulatePermission,
  ],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Deny everything to ${holderWords(of.arn)} by the inline policy ${name}, in sessions that exist too. What stays: sts:GetCallerIdentity, what it made or started already, other identities that it took, and data that it has read.`,
  undoes: (of) =>
    `The inline policy ${name} of ${holderWords(of.arn)} is deleted; its other policies were never touched.`,
  drastic: (of, estate) => servesSomebody(estate, of.arn),
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('quarantine-identity', interruptIdentity(estate, of.arn, 'It can do nothing at all.')),
  ...inlineDeny<Params>({ name: () => name, document: () => document, notOurselves: true }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => [
    await simulate(await deskOf(attempt, of.account), {
      what: `${holderWords(of.arn)} can do nothing`,
      arn: of.arn,
      actions: ['s3:GetObject', 'sts:AssumeRole', 'iam:CreateAccessKey', 'ec2:RunInstances', 'lambda:InvokeFunction'],
    }),
  ],
});
