import { type NodeRef, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { hasBit } from '../graph/bitset.ts';
import type { Cut } from '../graph/hypergraph.ts';
import { reach } from '../graph/reach.ts';
import { selectNodes } from '../graph/selector.ts';

/**
 * The protected nodes that the compromised set reaches in this graph. A compromised node that is no longer there (a pod
 * that was stopped) can start nothing.
 *
 * @param cut steps that are taken as severed
 */
export function protectedWithin(
  graph: AttackGraph,
  about: { readonly compromised: readonly NodeRef[]; readonly protect: string },
  cut?: Cut,
): NodeRef[] {
  const starts = about.compromised.flatMap(({ id }) => graph.indexOf.get(id) ?? []);
  const { reached } = reach(graph.hypergraph, starts, cut === undefined ? {} : { cut });
  return selectNodes(graph, about.protect)
    .filter((node) => hasBit(reached, node))
    .map((node) => nodeRef(graph.nodeAt(node)));
}
