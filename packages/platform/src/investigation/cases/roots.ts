/**
 * Where an incident began: the earliest actors from which the others were taken or could be reached. In the order of time each actor
 * is explained by an earlier one, or is a root. Detections put together by hand may have several.
 */
import type { NodeId } from '@firebreak/contract';
import type { Traits } from './traits.ts';
import type { Ways } from './ways.ts';

export interface FoundRoot {
  readonly node: NodeId;
  /** ms since 1970. */
  readonly first: number;
  /** Others that it explains, through however many. */
  readonly leadsTo: number;
}

export function rootsOf(members: readonly Traits[], ways: Ways | undefined): FoundRoot[] {
  const firsts = new Map<NodeId, number>();
  for (const { principal, first } of members)
    if (principal !== null) firsts.set(principal, Math.min(first, firsts.get(principal) ?? first));
  const together = sameHands(members);
  const takings = members.flatMap(({ took, changed }) => [...took, ...changed]);
  const actors = [...firsts].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  const rootOf = new Map<NodeId, NodeId>();
  for (const [node, first] of actors) {
    const earlier = [...rootOf.keys()];
    const by =
      takings.find(({ node: taken, at, by: taker }) => taken === node && at <= first && rootOf.has(taker))?.by ??
      earlier.find((other) => together.get(other)?.has(node) === true) ??
      earlier.find((other) => ways?.leads(other, node) === true) ??
      takings.find(
        ({ node: held, at, by: taker }) => at <= first && rootOf.has(taker) && ways?.leads(held, node) === true,
      )?.by;
    rootOf.set(node, by === undefined ? node : (rootOf.get(by) as NodeId));
  }
  return actors
    .filter(([node]) => rootOf.get(node) === node)
    .map(([node, first]) => ({
      node,
      first,
      leadsTo: [...rootOf.values()].filter((root) => root === node).length - 1,
    }));
}

/** Principals that share a key: one session under two names. */
function sameHands(members: readonly Traits[]): ReadonlyMap<NodeId, ReadonlySet<NodeId>> {
  const byKey = new Map<string, Set<NodeId>>();
  for (const { keys, principal } of members)
    if (principal !== null) for (const key of keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(principal));
  const together = new Map<NodeId, Set<NodeId>>();
  for (const principals of byKey.values())
    for (const one of principals)
      for (const other of principals) together.set(one, (together.get(one) ?? new Set()).add(other));
  return together;
}
