import { type EdgeLine, type GraphNode, type nodeLineSchema, nodeRef } from '@firebreak/contract';
import type { z } from 'zod';
import type { AttackGraph, GraphEdge } from './attack-graph.ts';

/** One line of `firebreak nodes --jsonl`. */
export type NodeLine = z.infer<typeof nodeLineSchema>;

/** Every node that people see, by id. */
export function* nodeLines(graph: AttackGraph): Generator<NodeLine> {
  for (const [index, node] of graph.nodes.entries()) if (!graph.isHub(index)) yield nodeLine(node);
}

export function nodeLine(node: GraphNode): NodeLine {
  return {
    id: node.id,
    kind: node.kind,
    class: node.class,
    name: node.name,
    ...(node.namespace === undefined ? {} : { namespace: node.namespace }),
    ...(node.labels === undefined ? {} : { labels: { ...node.labels } }),
    facts: [...node.facts],
    ...(node.jewel === undefined ? {} : { jewel: node.jewel }),
    ...(node.detail === undefined ? {} : { detail: { ...node.detail } }),
  };
}

/** Every live edge, in the order of the graph: by first holding, type and target. */
export function* edgeLines(graph: AttackGraph): Generator<EdgeLine> {
  for (const edge of graph.liveEdges()) yield edgeLine(graph, edge);
}

function edgeLine(graph: AttackGraph, edge: GraphEdge): EdgeLine {
  const [from, ...others] = edge.tails.map((tail) => nodeRef(graph.nodeAt(tail)));
  return {
    type: edge.type,
    from: from as NonNullable<typeof from>,
    ...(others.length === 0 ? {} : { with: others }),
    to: nodeRef(graph.nodeAt(edge.head)),
    facts: [...edge.facts],
    ...(edge.note === undefined ? {} : { note: edge.note }),
    ...(edge.likelihood === 1 ? {} : { likelihood: edge.likelihood }),
    techniques: [...edge.rule.techniques],
    aka: { ...edge.rule.aka },
  };
}
