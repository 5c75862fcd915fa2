/**
 * Granted is not used. Where a record of use tells, an interruption of what was never seen to be used counts for less, and where
 * nothing tells that is said. Two sources: what the nodes carry (`tenure.lastUsed`), and a record of use held against grants
 * (inventory/privileges.ts), for whoever has an audit log.
 */
import type { NodeId, Privileges } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';

export type Use = 'observed' | 'never-observed' | 'granted';

export interface ObservedUse {
  /** Where it was read; empty when nothing but the nodes themselves tells. */
  readonly sources: readonly string[];
  /** Whether the node, an identity, credential or grant, was ever seen to be used. */
  readonly of: (node: NodeId) => Use;
}

export function observedUse(graph: AttackGraph, record?: Pick<Privileges, 'evidence' | 'identities'>): ObservedUse {
  const byNode = new Map<NodeId, Use>();
  for (const { id, verdict, granted } of record?.identities ?? []) {
    if (verdict !== 'cannot-tell') byNode.set(id, verdict === 'unused' ? 'never-observed' : 'observed');
    // One grant may be held by several: it is used as soon as one of them uses it.
    for (const { object, used } of granted)
      if (used === 'used' || used === 'partly') byNode.set(object, 'observed');
      else if (used === 'unused' && byNode.get(object) !== 'observed') byNode.set(object, 'never-observed');
  }
  return {
    sources: (record?.evidence ?? []).filter(({ events }) => events > 0).map(({ source }) => source),
    of: (id) => byNode.get(id) ?? fromTenure(graph, id),
  };
}

function fromTenure(graph: AttackGraph, id: NodeId): Use {
  const lastUsed = graph.nodes[graph.indexOf.get(id) ?? -1]?.tenure?.lastUsed;
  if (lastUsed === undefined) return 'granted';
  return lastUsed === 'never' ? 'never-observed' : 'observed';
}
