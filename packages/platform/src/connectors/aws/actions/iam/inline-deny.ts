/**
 * Levers that are one inline policy of ours on an identity, which denies. A deny wins over everything that allows, wherever it
 * is written, and taking the policy away again leaves nothing behind. A policy of ours has a name of ours; one under that name
 * that we did not write is somebody's, and stays.
 */
import { type Action, awsId } from '@firebreak/contract';
import { z } from 'zod';
import type { Foreign } from '../../../../intake/foreign.ts';
import type { AwsSession } from '../../session.ts';
import { accountChange, type InAccount } from '../exchange/account-change.ts';
import { isSelf } from '../exchange/desk.ts';
import type { Write } from '../exchange/write.ts';
import { documentOf, sameDocument } from './document.ts';
import { holderKind, holderName, holderWords, inlinePolicy, isServiceLinked } from './holder.ts';

export const inlineDenyBefore = z.object({
  exists: z.boolean(),
  /** What has the name of our policy, as AWS keeps it; null when nothing has. */
  policy: z.string().nullable(),
  /** Whether it is the identity that Firebreak itself works as. */
  self: z.boolean(),
  /** AWS's clock at the reading. */
  at: z.string(),
});
export type InlineDenyBefore = z.infer<typeof inlineDenyBefore>;

export interface InlineDeny<P> {
  readonly name: (params: P) => string;
  readonly document: (params: P, before: InlineDenyBefore) => Foreign;
  /** Whether a policy under our name is one of ours, even of another time. The wanted one alone when absent. */
  readonly isOurs?: (document: Foreign, params: P) => boolean;
  /** Denying it to ourselves would take the way back. */
  readonly notOurselves: boolean;
}

type Part<P> = Pick<
  Action<P, InlineDenyBefore, AwsSession>,
  'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway' | 'reversal'
>;

export function inlineDeny<P extends InAccount>(deny: InlineDeny<P>): Part<P> {
  const text = (of: P, before: InlineDenyBefore) => JSON.stringify(deny.document(of, before));
  const put = (of: P, PolicyDocument: string): Write => ({
    verb: 'create',
    object: awsId(of.arn),
    service: 'iam',
    operation: `Put${holderKind(of.arn)}Policy`,
    input: { ...holderName(of.arn), PolicyName: deny.name(of), PolicyDocument },
  });
  const remove = (of: P): Write => ({
    verb: 'delete',
    object: awsId(of.arn),
    service: 'iam',
    operation: `Delete${holderKind(of.arn)}Policy`,
    input: { ...holderName(of.arn), PolicyName: deny.name(of) },
    removes: true,
  });
  return accountChange<P, InlineDenyBefore>({
    async read(desk, of) {
      const found = await inlinePolicy(desk, of.arn, deny.name(of));
      const at = desk.clock();
      return { exists: found !== null, policy: found?.text ?? null, self: isSelf(desk.self, of.arn), at };
    },
    isGone: ({ exists }) => !exists,
    steady: ({ exists, policy }) => ({ exists, policy }),
    matter: ({ policy }) => (policy === null ? null : documentOf(policy)),
    objection(was, of) {
      if (was.self && deny.notOurselves)
        return 'It is the identity that Firebreak works as: there would be no way back.';
      if (isServiceLinked(of.arn)) return 'AWS made the role for one of its services, and nobody may change it.';
      if (was.policy !== null && deny.isOurs?.(documentOf(was.policy), of) !== true)
        return `There is a policy ${deny.name(of)} on ${holderWords(of.arn)} already, which is not this one.`;
      return undefined;
    },
    wanted: (now, of, was) => sameDocument(now.policy, text(of, was)),
    forward: (_, of, was) => [put(of, text(of, was))],
    back: (_, of, was) => [was.policy === null ? remove(of) : put(of, was.policy)],
  });
}
