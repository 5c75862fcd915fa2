import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { type Desk, deskOf, isSelf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, ownArn, roleArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import type { Write } from './exchange/write.ts';
import { documentOf, documentText, sameDocument, statementsOf } from './iam/document.ts';
import { holderWords, isServiceLinked } from './iam/holder.ts';
import { cutOut, matterOf, type TrustCut, trustCut, withoutDenial } from './iam/trust-cut.ts';
import { impactOf, interruptIdentity, servesSomebody } from './impact/legitimate-use.ts';

const params = z.object({ account: accountParam, arn: arnParam(roleArn, 'a role'), cut: trustCut }).refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({ trust: z.string().nullable(), self: z.boolean() });
type Before = z.infer<typeof before>;

const put = (of: Params, PolicyDocument: string): Write => ({
  verb: 'patch',
  object: awsId(of.arn),
  service: 'iam',
  operation: 'UpdateAssumeRolePolicy',
  input: { RoleName: nameOf(of.arn), PolicyDocument },
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const answer = await desk.get('iam', 'GetRole', { RoleName: nameOf(of.arn) });
  // A role of the same name under another path is another role.
  const same = textAt(answer, 'Role', 'Arn') === of.arn;
  const trust = same ? documentText(textAt(answer, 'Role', 'AssumeRolePolicyDocument')) : null;
  return { trust, self: isSelf(desk.self, of.arn) };
}

function inWords(cut: TrustCut): string {
  if (cut.by === 'statement')
    return typeof cut.statement.Sid === 'string' ? `statement ${cut.statement.Sid}` : 'a statement';
  const subject = cut.by === 'deny' && cut.subject !== undefined ? ` with ${cut.subject.key} ${cut.subject.value}` : '';
  return `${cut.type} ${cut.name}${subject}`;
}

/** Lets somebody take a role no more. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.cut-trust',
  title: 'Cut out of trust policy',
  stage: 'access',
  targetKinds: ['Role'],
  params,
  before,
  permissions: ['iam:GetRole arn:*:iam::*:role/*', 'iam:UpdateAssumeRolePolicy arn:*:iam::*:role/*'],
  target: (of) => refOf(of.arn),
  describe: (of) =>
    of.cut.by === 'deny'
      ? `Deny ${inWords(of.cut)} to assume ${holderWords(of.arn)}, in its trust policy. Sessions that exist go on until they end or are revoked.`
      : `Take ${inWords(of.cut)} out of the trust policy of ${holderWords(of.arn)}. Sessions that exist go on until they end or are revoked.`,
  undoes: (of) => `The trust policy of ${holderWords(of.arn)} has its exact text again.`,
  drastic: (of, estate) => of.cut.by !== 'deny' && servesSomebody(estate, of.arn),
  takes: () => 10,
  impact: (of, estate) =>
    impactOf(
      'cut-trust',
      interruptIdentity(estate, of.arn, `${inWords(of.cut)} can no longer take it.`).slice(
        0,
        of.cut.by === 'deny' ? 1 : undefined,
      ),
    ),
  ...accountChange<Params, Before>({
    read,
    isGone: ({ trust }) => trust === null,
    goneIsWanted: true,
    objection(was, of) {
      if (was.self) return 'It is the role that Firebreak works as: there might be no way back.';
      return isServiceLinked(of.arn)
        ? 'AWS made the role for one of its services, and nobody may change it.'
        : undefined;
    },
    wanted: ({ trust }, of) => trust !== null && cutOut(trust, of.cut) === trust,
    forward: ({ trust }, of) => [put(of, cutOut(trust ?? '{}', of.cut))],
    back(now, of, was, force) {
      if (was.trust === null) return [];
      if (now.trust === null) return refused('FB-AWS-GONE', `${of.arn} was deleted since.`);
      if (force || sameDocument(now.trust, cutOut(was.trust, of.cut))) return [put(of, was.trust)];
      if (of.cut.by === 'deny') return [put(of, withoutDenial(now.trust, of.cut))];
      return refused(
        'FB-UNDO-CHANGED',
        'The trust policy was changed by somebody else since: put the entry back by hand.',
      );
    },
    matter: ({ trust }, of) => (trust === null ? null : matterOf(trust, of.cut)),
    steady: ({ trust }) => documentOf(trust),
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const { trust } = await read(await deskOf(attempt, of.account), of);
    const holds = trust === null || cutOut(trust, of.cut) === trust;
    return [
      {
        what: `The trust policy of ${holderWords(of.arn)} does not let ${inWords(of.cut)} in`,
        result: holds ? 'holds' : 'fails',
        evidence: trust === null ? 'The role is gone.' : `It has ${statementsOf(trust).length} statements.`,
      },
      {
        what: `${inWords(of.cut)} gets no new session of ${holderWords(of.arn)}`,
        result: 'cannot-tell',
        evidence: 'Only they themselves could try it, and AWS has no simulator for trust policies.',
      },
    ];
  },
});
