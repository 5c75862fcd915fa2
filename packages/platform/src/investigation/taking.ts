/**
 * When touching something is taking it. A thing read is taken where reading it is holding it; whoever has a credential is whom it
 * is made out to.
 */
import type { GraphNode, NormalEvent } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bitsetOf } from '../graph/bitset.ts';

const takenWhen: Readonly<Partial<Record<NormalEvent['activity'], ReadonlySet<GraphNode['class']>>>> = {
  authenticate: new Set(['identity', 'credential']),
  execute: new Set(['workload', 'host', 'agent', 'tool']),
  read: new Set(['credential']),
};

/** What somebody holds who did this to the node and was not refused: the node and whom it opens, or nothing. */
export function takenBy(graph: AttackGraph, node: number, activity: NormalEvent['activity']): readonly number[] {
  if (takenWhen[activity]?.has(graph.nodeAt(node).class) !== true) return [];
  return [node, ...openedBy(graph, node)];
}

/** Whose a credential is. */
function openedBy(graph: AttackGraph, node: number): readonly number[] {
  if (graph.nodeAt(node).class !== 'credential') return [];
  return [...graph.liveEdgesFrom(bitsetOf(graph.nodes.length, [node]))].flatMap(({ head, rule }) =>
    rule.traverse === 'instant' && graph.nodeAt(head).class === 'identity' ? [head] : [],
  );
}
