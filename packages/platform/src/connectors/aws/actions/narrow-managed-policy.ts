import { awsId, defineAction, type Estate, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { countOf, documentText, sameDocument, statementsOf, without, withStatements } from './iam/document.ts';
import { impactOf, interruptIdentity } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    /** A customer's managed policy; nobody but AWS writes AWS's own. */
    arn: arnParam(/^arn:[^:]+:iam::\d{12}:policy\/[\w+=,.@/-]+$/, 'a policy of the account'),
    /** The statement to take out, as the default version has it. */
    statement: z.record(z.string(), z.unknown()),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({
  /** In the order of their ids; null when there is no such policy. */
  versions: z.array(z.object({ id: z.string(), inForce: z.boolean(), text: z.string() })).nullable(),
});
type Before = z.infer<typeof before>;

/** IAM keeps five. */
const maxVersions = 5;

const write = (of: Params, operation: string, input: object): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'iam',
  operation,
  input: { PolicyArn: of.arn, ...input },
});
const inForce = ({ versions }: Before) => versions?.find((version) => version.inForce);
const narrowed = (was: Before, { statement }: Params) => {
  const { text = '{}' } = inForce(was) ?? {};
  return withStatements(text, without(text, statement));
};
/** The version that we made: not there before, and what we would write. */
const ours = (now: Before, of: Params, was: Before) =>
  now.versions?.find(
    ({ id, text }) => was.versions?.every((known) => known.id !== id) === true && sameDocument(text, narrowed(was, of)),
  );

async function read(desk: Desk, { arn }: Params): Promise<Before> {
  const listed = await desk.get('iam', 'ListPolicyVersions', { PolicyArn: arn });
  if (listed === null) return { versions: null };
  const versions = [];
  for (const each of array(listed.Versions)) {
    const id = textAt(each, 'VersionId') ?? '';
    const whole = await desk.get('iam', 'GetPolicyVersion', { PolicyArn: arn, VersionId: id });
    const text = documentText(textAt(whole, 'PolicyVersion', 'Document')) ?? '{}';
    versions.push({ id, inForce: at(each, 'IsDefaultVersion') === true, text });
  }
  return { versions: versions.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function holders(estate: Estate, policy: string): readonly string[] {
  const of = (kind: 'aws.user' | 'aws.role' | 'aws.group') =>
    estate
      .all(kind)
      .filter(({ data }) => data.AttachedManagedPolicies.some(({ PolicyArn }) => PolicyArn === policy))
      .map(({ data }) => data.Arn);
  return [...of('aws.user'), ...of('aws.role'), ...of('aws.group')];
}

/** Takes one statement out of a managed policy, for everybody who has it, by a version of its own. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.narrow-managed-policy',
  title: 'Take statement out of managed policy',
  stage: 'access',
  targetKinds: ['ManagedPolicy'],
  params,
  before,
  permissions: [
    'iam:ListPolicyVersions',
    'iam:GetPolicyVersion',
    'iam:CreatePolicyVersion',
    'iam:SetDefaultPolicyVersion',
    'iam:DeletePolicyVersion',
  ].map((action) => `${action} arn:*:iam::*:policy/*`),
  target: (of) => refOf(of.arn),
  describe: (of) =>
    `Take a statement out of policy ${nameOf(of.arn)} by a new default version, for everybody who has it.`,
  undoes: (of) => `The version of policy ${nameOf(of.arn)} that was in force is so again, and ours is deleted.`,
  drastic: (of, estate) => holders(estate, of.arn).length > 5,
  takes: () => 10,
  impact: (of, estate) =>
    impactOf(
      'narrow-managed-policy',
      holders(estate, of.arn).flatMap((arn) => interruptIdentity(estate, arn, 'It loses what the statement allows.')),
    ),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ versions }) => versions === null,
    objection(was, of) {
      const { text = '{}' } = inForce(was) ?? {};
      if (without(text, of.statement).length === 0)
        return 'It is the only statement, and a policy must have one: detach the policy instead.';
      if ((was.versions?.length ?? 0) >= maxVersions)
        return `It has ${maxVersions} versions, which is all that IAM keeps: delete one first.`;
      return undefined;
    },
    wanted(now, of, was) {
      const text = inForce(now)?.text ?? '{}';
      if (countOf(inForce(was)?.text ?? '{}', of.statement) === 0) return countOf(text, of.statement) === 0;
      return sameDocument(text, narrowed(was, of));
    },
    forward(from, of, was) {
      const made = ours(from, of, was);
      if (made !== undefined) return [write(of, 'SetDefaultPolicyVersion', { VersionId: made.id })];
      return [write(of, 'CreatePolicyVersion', { PolicyDocument: narrowed(was, of), SetAsDefault: true })];
    },
    back(now, of, was) {
      const made = ours(now, of, was);
      const old = inForce(was);
      return [
        ...(inForce(now)?.id === old?.id ? [] : [write(of, 'SetDefaultPolicyVersion', { VersionId: old?.id })]),
        ...(made === undefined ? [] : [write(of, 'DeletePolicyVersion', { VersionId: made.id })]),
      ];
    },
    between(now, of, was) {
      const rest = now.versions?.filter(({ id }) => id !== ours(now, of, was)?.id);
      return ours(now, of, was) !== undefined && JSON.stringify(rest) === JSON.stringify(was.versions);
    },
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const { text = '{}', id } = inForce(await read(await deskOf(attempt, of.account), of)) ?? {};
    const left = countOf(text, of.statement);
    return [
      {
        what: `Policy ${nameOf(of.arn)} does not have the statement`,
        result: left === 0 ? 'holds' : 'fails',
        evidence: `Version ${id} is in force and has ${statementsOf(text).length} statements.`,
      },
    ];
  },
});
