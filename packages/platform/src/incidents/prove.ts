/**
 * The proof after the last step. It trusts nothing of the plan but what people approved: who is compromised and what is
 * protected. The estate is collected again, the graph derived again, and what is reachable is asked of it.
 */
import type { AttackPath, Completeness, Gap, NodeRef, Plan } from '@firebreak/contract';
import type { Prove } from '../execution/end-of-execution.ts';

/** Collects afresh and gives every protected node that the compromised set reaches. */
export type ReachProtected = (
  about: { readonly compromised: readonly NodeRef[]; readonly protect: string },
  signal: AbortSignal,
) => Promise<{
  readonly reachable: readonly NodeRef[];
  readonly completeness: Completeness;
  /** The best ways to these protected nodes, where somebody wants to know. */
  readonly waysTo?: (goals: readonly NodeRef[]) => readonly AttackPath[];
}>;

/**
 * Contained means that nothing protected is reachable, except what is itself compromised, and that the collect saw
 * everything that the plan's collect saw: a gap that was not there when people approved could hide a path.
 */
export function createProve(parts: {
  plan: (incident: string, digest: string) => Promise<Plan>;
  reach: ReachProtected;
}): Prove {
  return async ({ incident, planDigest }, signal) => {
    const plan = await parts.plan(incident, planDigest);
    const { reachable, completeness, waysTo } = await parts.reach(plan, signal);
    const own = new Set(plan.compromised.map(({ id }) => id));
    const open = reachable.filter(({ id }) => !own.has(id));
    const newGaps = gapsOf(completeness).filter(
      (gap) => !gapsOf(plan.completeness).some((known) => isSame(gap, known)),
    );
    const paths = open.length === 0 ? [] : (waysTo?.(open) ?? []);
    return {
      contained: open.length === 0 && newGaps.length === 0,
      reachable: open,
      detail: detail(open, newGaps),
      ...(paths.length === 0 ? {} : { paths: [...paths] }),
    };
  };
}

function detail(open: readonly NodeRef[], newGaps: readonly Gap[]): string {
  const found =
    open.length === 0
      ? 'A fresh collect shows nothing protected that is reachable.'
      : `A fresh collect shows ${open.length} protected ${open.length === 1 ? 'node' : 'nodes'} still reachable.`;
  const [gap] = newGaps;
  if (gap === undefined) return found;
  return `${found} But it could not read everything that the plan was made from: ${gap.where}: ${gap.reason}`;
}

function gapsOf(completeness: Completeness): readonly Gap[] {
  return completeness.answer === 'complete' ? [] : completeness.reasons;
}

function isSame(a: Gap, b: Gap): boolean {
  return a.code === b.code && a.where === b.where && a.kinds.join() === b.kinds.join();
}
