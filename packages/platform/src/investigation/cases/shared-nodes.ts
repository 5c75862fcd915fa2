/**
 * Identities that many stand behind. That one of them acted twice says nothing of who did, so it glues no two detections together:
 * a group, the platform's own users, a host that many workloads share, an account that more than a few workloads carry.
 *
 * Told from the estate and never from how often something was detected, so that the answer is the same in whatever order
 * detections come.
 */
import type { NodeId } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';

const sharedIds =
  /^(?:kubernetes:(?:Group\/|User\/system:|Node\/)|aws:(?:Principal|Service|Account)\/|github:Outsider\/|group:)/;
const mostCarriers = 20;

export function isShared(graph: AttackGraph | undefined, id: NodeId): boolean {
  if (sharedIds.test(id)) return true;
  const node = graph?.indexOf.get(id);
  if (graph === undefined || node === undefined) return false;
  const { class: kind } = graph.nodeAt(node);
  if (graph.isHub(node) || kind === 'host' || kind === 'control-plane') return true;
  return kind === 'identity' && carriers(graph, node) > mostCarriers;
}

/** Workloads that lead to it in one step, no more than are needed to tell. */
function carriers(graph: AttackGraph, node: number): number {
  const { offsets, edges } = graph.hypergraph.incoming();
  const found = new Set<number>();
  for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at += 1) {
    for (const tail of graph.hypergraph.tailsOf(edges[at] as number))
      if (graph.nodeAt(tail).class === 'workload') found.add(tail);
    if (found.size > mostCarriers) break;
  }
  return found.size;
}
