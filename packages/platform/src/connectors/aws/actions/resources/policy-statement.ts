/**
 * Levers that add one denying statement of ours to the policy of a resource (bucket, image repository, agent runtime). The statement
 * is known by its Sid; what else is in the policy is others' and stays, there and back. Where nobody touched the policy since, undo
 * brings back its exact text.
 */
import { type Action, awsId } from '@firebreak/contract';
import { z } from 'zod';
import type { Foreign } from '../../../../intake/foreign.ts';
import type { AwsSession } from '../../session.ts';
import { accountChange, type InAccount } from '../exchange/account-change.ts';
import type { Desk } from '../exchange/desk.ts';
import type { Write } from '../exchange/write.ts';
import { documentOf, sameDocument, statementsOf, withStatements } from '../iam/document.ts';

export const resourcePolicyBefore = z.object({
  exists: z.boolean(),
  /** As AWS keeps it; null without one. */
  policy: z.string().nullable(),
});
export type ResourcePolicyBefore = z.infer<typeof resourcePolicyBefore>;

export interface ResourcePolicy<P> {
  /** With a Sid of ours. */
  readonly statement: (params: P) => Foreign & { readonly Sid: string };
  readonly read: (desk: Desk, params: P) => Promise<ResourcePolicyBefore>;
  readonly put: (params: P, policy: string) => Pick<Write, 'service' | 'operation' | 'region' | 'input'>;
  readonly remove: (params: P) => Pick<Write, 'service' | 'operation' | 'region' | 'input'>;
  readonly objection?: (before: ResourcePolicyBefore, params: P) => string | undefined;
}

type Part<P> = Pick<
  Action<P, ResourcePolicyBefore, AwsSession>,
  'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway' | 'reversal'
>;

export function resourcePolicy<P extends InAccount>(change: ResourcePolicy<P>): Part<P> {
  const added = (of: P, text: string | null) => withStatements(text, [...statementsOf(text), change.statement(of)]);
  const rest = (of: P, text: string | null) => statementsOf(text).filter(({ Sid }) => Sid !== change.statement(of).Sid);
  const put = (of: P, text: string): Write => ({ verb: 'patch', object: awsId(of.arn), ...change.put(of, text) });
  const remove = (of: P): Write => ({ verb: 'delete', object: awsId(of.arn), removes: true, ...change.remove(of) });
  return accountChange<P, ResourcePolicyBefore>({
    read: change.read,
    isGone: ({ exists }) => !exists,
    goneIsWanted: true,
    ...(change.objection === undefined ? {} : { objection: change.objection }),
    wanted: ({ policy }, of) => isDenied(policy, change.statement(of).Sid),
    forward: (from, of) => [put(of, added(of, from.policy))],
    back(now, of, was, force) {
      if (force || sameDocument(now.policy, added(of, was.policy)))
        return [was.policy === null ? remove(of) : put(of, was.policy)];
      const others = rest(of, now.policy);
      return [others.length === 0 ? remove(of) : put(of, withStatements(now.policy, others))];
    },
    matter: ({ exists, policy }, of) => exists && isDenied(policy, change.statement(of).Sid),
    steady: ({ exists, policy }) => ({ exists, policy: policy === null ? null : documentOf(policy) }),
  });
}

/** Whether our statement is in it. */
export function isDenied(policy: string | null, sid: string): boolean {
  return statementsOf(policy).some(({ Sid, Effect }) => Sid === sid && Effect === 'Deny');
}
