import type { AttackGraph } from './attack-graph.ts';

/** Everything that can be seen of a graph, and its inner order. */
export function picture(graph: AttackGraph) {
  const { heads, types, offsets, andOffsets, andTails, hubs } = graph.hypergraph;
  return {
    nodes: graph.nodes,
    inner: [heads, types, offsets, andOffsets, andTails, hubs, graph.likelihoods].map((values) => [...values]),
    edges: Array.from(heads, (_, edge) => ({ facts: graph.factsOf(edge), note: graph.noteOf(edge) })),
    live: [...graph.liveEdges()].map(({ rule, ...edge }) => ({ ...edge, label: rule.label })),
    found: graph.nodes.map(({ id }) => graph.indexOf.get(id)),
    digest: graph.digest,
    count: graph.edgeCount,
    completeness: graph.completeness,
  };
}
