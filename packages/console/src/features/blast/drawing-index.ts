import type { Drawing } from '@firebreak/contract/routes';

type DrawnNode = Drawing['nodes'][number];
export type DrawnEdge = Drawing['edges'][number];

/** The drawing with what is looked up often: nodes by id, and each node's steps in and out. */
export interface DrawingIndex {
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly into: ReadonlyMap<string, readonly DrawnEdge[]>;
  readonly outOf: ReadonlyMap<string, readonly DrawnEdge[]>;
  /** Classes with their numbers of nodes, most first. */
  readonly classes: readonly { readonly name: string; readonly nodes: number }[];
}

export function indexDrawing(drawing: Drawing): DrawingIndex {
  const classes = Map.groupBy(drawing.nodes, (node) => node.class);
  return {
    nodes: new Map(drawing.nodes.map((node) => [node.id, node])),
    into: Map.groupBy(drawing.edges, (edge) => edge.to),
    outOf: Map.groupBy(drawing.edges, (edge) => edge.from),
    classes: [...classes]
      .map(([name, nodes]) => ({ name, nodes: nodes.length }))
      .toSorted((a, b) => b.nodes - a.nodes || a.name.localeCompare(b.name)),
  };
}
