/**
 * Whether the principal element of a resource policy means a caller, and how: by itself (or as everybody), which gives by
 * itself, or by its account, which leaves the rest to the account's own policies. Source: IAM user guide, "AWS JSON policy
 * elements: Principal" and "… NotPrincipal": a Deny that excepts Bob and the root of his account denies everybody else in it.
 */
import { accountOfArn, type NodeId } from '@firebreak/contract';
import type { Holder } from './holders.ts';
import type { Statement } from './policy/document.ts';
import { maybe, no, not, type Truth, yes } from './policy/truth.ts';

export interface CallerMatch {
  readonly truth: Truth;
  readonly how: 'direct' | 'account';
}

const nobody: CallerMatch = { truth: no, how: 'direct' };

export function callerMatch(statement: Statement, holder: Holder | undefined, principal: NodeId): CallerMatch {
  const { effect, principals } = statement;
  if (principals === undefined) return nobody;
  const match = principals.everybody
    ? ({ truth: yes, how: 'direct' } as const)
    : best((principals.byType.get('AWS') ?? []).map((written) => named(written, holder, principal)));
  if (!principals.not) return match;
  // Whoever is not excepted is meant, each by itself. A Deny does not except an account's identities by their account.
  const excepted = effect === 'Deny' && match.how === 'account' ? no : match.truth;
  return { truth: not(excepted), how: 'direct' };
}

function best(matches: readonly CallerMatch[]): CallerMatch {
  return matches.reduce(
    (found, each) => (each.truth > found.truth || (each.truth === found.truth && each.how === 'direct') ? each : found),
    nobody,
  );
}

function named(written: string, holder: Holder | undefined, principal: NodeId): CallerMatch {
  const arn = holder?.arn ?? principal.replace(/^aws:[^/]*\//, '');
  const account = holder?.account ?? accountOfArn(arn);
  if (account !== undefined && (written === account || /^arn:[^:]+:iam::\d{12}:root$/.test(written)))
    return { truth: accountOfArn(written) === account || written === account ? yes : no, how: 'account' };
  if (written === arn || (holder?.uniqueId !== undefined && written === holder.uniqueId))
    return { truth: yes, how: 'direct' };
  if (holder?.kind !== 'role') return nobody;
  // One session of the role: whoever holds the role may or may not be it.
  const session = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(written);
  return session?.[1] === account && session?.[2] === holder.name ? { truth: maybe, how: 'direct' } : nobody;
}
