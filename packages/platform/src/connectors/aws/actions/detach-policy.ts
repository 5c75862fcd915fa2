import { awsId, defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, textAt } from '../../../intake/foreign.ts';
import type { AwsSession } from '../session.ts';
import { accountChange } from './exchange/account-change.ts';
import { deskOf, isSelf, nameOf } from './exchange/desk.ts';
import { accountParam, arnParam, holderArn, ownArn, policyArn } from './exchange/params.ts';
import { refOf } from './exchange/reference.ts';
import { holderKind, holderName, holderPermissions, holderWords, isServiceLinked } from './iam/holder.ts';
import { impactOf, interruptIdentity, servesSomebody } from './impact/legitimate-use.ts';

const params = z
  .object({
    account: accountParam,
    arn: arnParam(holderArn, 'a user, role or group'),
    policy: arnParam(policyArn, 'a managed policy'),
  })
  .refine(...ownArn);
type Params = z.infer<typeof params>;
const before = z.object({ exists: z.boolean(), attached: z.boolean(), self: z.boolean() });
type Before = z.infer<typeof before>;

const write = (of: Params, verb: 'Attach' | 'Detach') => ({
  verb: verb === 'Attach' ? ('create' as const) : ('delete' as const),
  object: awsId(of.arn),
  service: 'iam' as const,
  operation: `${verb}${holderKind(of.arn)}Policy`,
  input: { ...holderName(of.arn), PolicyArn: of.policy },
  ...(verb === 'Detach' ? { removes: true } : {}),
});

/** Takes one managed policy from one identity; others that have it keep it. */
export default defineAction<Params, Before, AwsSession>({
  id: 'aws.detach-policy',
  title: 'Detach managed policy',
  stage: 'access',
  targetKinds: ['User', 'Role', 'Group'],
  params,
  before,
  permissions: holderPermissions(['User', 'Role', 'Group'], 'ListAttached*Policies', 'Attach*Policy', 'Detach*Policy'),
  target: (of) => refOf(of.arn),
  describe: (of) => `Detach policy ${nameOf(of.policy)} from ${holderWords(of.arn)}.`,
  undoes: (of) => `Policy ${nameOf(of.policy)} is attached to ${holderWords(of.arn)} again.`,
  drastic: (of, estate) => servesSomebody(estate, of.arn),
  takes: () => 10,
  impact: (of, estate) =>
    impactOf('detach-policy', interruptIdentity(estate, of.arn, `It loses all that ${nameOf(of.policy)} allows it.`)),
  ...accountChange<Params, Before>({
    async read(desk, of) {
      const listed = await desk.get('iam', `ListAttached${holderKind(of.arn)}Policies`, holderName(of.arn));
      const attached = array(listed?.AttachedPolicies).some((each) => textAt(each, 'PolicyArn') === of.policy);
      return { exists: listed !== null, attached, self: isSelf(desk.self, of.arn) };
    },
    isGone: ({ exists }) => !exists,
    objection(was, of) {
      if (was.self) return 'It is the identity that Firebreak works as: there might be no way back.';
      return isServiceLinked(of.arn)
        ? 'AWS made the role for one of its services, and nobody may change it.'
        : undefined;
    },
    wanted: ({ attached }) => !attached,
    forward: (_, of) => [write(of, 'Detach')],
    back: (_, of) => [write(of, 'Attach')],
    matter: ({ attached }) => attached,
  }),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const desk = await deskOf(attempt, of.account);
    const listed = await desk.get('iam', `ListAttached${holderKind(of.arn)}Policies`, holderName(of.arn));
    const left = array(listed?.AttachedPolicies);
    const still = left.some((each) => textAt(each, 'PolicyArn') === of.policy);
    return [
      {
        what: `${holderWords(of.arn)} does not have policy ${nameOf(of.policy)}`,
        result: still ? 'fails' : 'holds',
        evidence: `It has ${left.length} managed policies, this one ${still ? 'among' : 'not among'} them. What others allow it, it keeps.`,
      },
    ];
  },
});
