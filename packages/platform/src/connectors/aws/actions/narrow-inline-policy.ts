import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { deskOf, isSelf } from './exchange/desk.ts';
import { accountParam, arnParam, holderArn, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { countOf, documentOf, sameDocument, statementsOf, without, withStatements } from './iam/document.ts';
import { holderKind, holderName, holderPermissions, holderWords, inlinePolicy } from './iam/holder.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(holderArn, 'a user, role or group'),
    policy: z.string().regex(/^[\w+=,.@-]{1,128}$/, 'not a policy name'),
    /** The statement to take out, as the policy has it. */
    statement: z.record(z.string(), z.unknown()),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({ policy: z.string().nullable(), self: z.boolean() });
type Before = z.infer<typeof before>;

const put = (of: Params, PolicyDocument: string): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'iam',
  operation: `Put${holderKind(of.arn)}Policy`,
  input: { ...holderName(of.arn), PolicyName: of.policy, PolicyDocument },
});
const remove = (of: Params): Write => ({
  verb: 'delete',
  object: awsId(of.arn),
  service: 'iam',
  operation: `Delete${holderKind(of.arn)}Policy`,
  input: { ...holderName(of.arn), PolicyName: of.policy },
  removes: true,
});
const sid = ({ statement }: Params) => (typeof statement.Sid === 'string' ? ` ${statement.Sid}` : '');

/** Takes one statement out of an inline policy, and the policy with its last one. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.narrow-inline-policy',
  title: 'Take statement out of inline policy',
  stage: 'access',
  targetKinds: ['User', 'Role', 'Group'],
  params,
  before,
  permissions: holderPermissions(
    ['User', 'Role', 'Group'],
    'List*Policies',
    'Get*Policy',
    'Put*Policy',
    'Delete*Policy',
  ),
  target: (of) => refOf(of.arn),
  describe: (of) => `Take statement${sid(of)} out of inline policy ${of.policy} of ${holderWords(of.arn)}.`,
  undoes: (of) => `Inline policy ${of.policy} of ${holderWords(of.arn)} has its exact text again.`,
  drastic: () => false,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('narrow-inline-policy', interruptIdentity(estate, of.arn, 'It loses what the statement allows.')),
  ...accountChange<Params, Before>({
    async read(desk, of) {
      const found = await inlinePolicy(desk, of.arn, of.policy);
      return { policy: found?.text ?? null, self: isSelf(desk.self, of.arn) };
    },
    isGone: ({ policy }) => policy === null,
    goneIsWanted: true,
    objection: (was) => (was.self ? 'It is the identity that Firebreak works as.' : undefined),
    wanted: (now, of) => countOf(now.policy, of.statement) === 0,
    forward(from, of) {
      const rest = without(from.policy, of.statement);
      return [rest.length === 0 ? remove(of) : put(of, withStatements(from.policy, rest))];
    },
    back(now, of, was, force) {
      if (was.policy === null) return [];
      const rest = without(was.policy, of.statement);
      const left = rest.length === 0 ? null : withStatements(was.policy, rest);
      // As we left it, or forced: the exact text. Else somebody wrote in it since, and keeps what they wrote.
      if (force || sameDocument(now.policy, left)) return [put(of, was.policy)];
      if (now.policy === null)
        return refused('FB-UNDO-CHANGED', `Inline policy ${of.policy} was deleted by somebody else since.`);
      return [put(of, withStatements(now.policy, [...statementsOf(now.policy), of.statement]))];
    },
    matter: ({ policy }, of) => countOf(policy, of.statement),
    steady: ({ policy }) => documentOf(policy),
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const found = await inlinePolicy(await deskOf(attempt, of.account), of.arn, of.policy);
    const left = countOf(found?.text ?? null, of.statement);
    return [
      {
        what: `Inline policy ${of.policy} of ${holderWords(of.arn)} does not have the statement`,
        result: left === 0 ? 'holds' : 'fails',
        evidence: `It has ${statementsOf(found?.text ?? null).length} statements. What other policies allow, it keeps.`,
      },
    ];
  },
});
