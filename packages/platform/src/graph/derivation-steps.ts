import type { AttackGraph, GraphEdge } from './attack-graph.ts';
import type { Trace } from './reach.ts';

/**
 * The steps by which a trace reaches a goal, each once: exactly those, while `liveEdgesOf` gives every step that can be put
 * together from the same parts. The two differ once a hub is cut towards some of its members only: two edges into the hub
 * may then both be in one derivation, each for another member.
 *
 * @param goal reached, and not a source
 */
export function derivationSteps(graph: AttackGraph, trace: Trace, goal: number): GraphEdge[] {
  const { hypergraph } = graph;
  const steps: GraphEdge[] = [];
  const needed = new Set([goal]);
  for (const node of needed) {
    const last = trace.via[node] as number;
    if (last < 0) continue;
    const [edge, membership] = partsOf(graph, trace, node, last);
    steps.push(graph.liveEdgeAt(edge, membership));
    for (const tail of hypergraph.tailsOf(edge)) needed.add(tail);
  }
  return steps;
}

/** The edge of the step that ends in a node, and the membership that leads on from its hub (−1 without a hub between). */
function partsOf(graph: AttackGraph, trace: Trace, node: number, last: number): readonly [number, number] {
  const head = graph.hypergraph.heads[last] as number;
  // Through a partial cut the trace names the edge into the hub.
  if (head !== node) return [last, graph.membershipEdge(head, node)];
  if (graph.hypergraph.types[last] !== graph.membership) return [last, -1];
  const hub = graph.hypergraph.tailsOf(last)[0] as number;
  return [trace.via[hub] as number, last];
}
