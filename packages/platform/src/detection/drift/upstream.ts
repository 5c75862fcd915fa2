/** What is near a model in the graph: what it is made from, what runs it and where it answers. Nothing else is laid beside its drift. */
import { type NodeId, type NodeRef, nodeRef } from '@firebreak/contract';
import type { NodeFinder } from '../../events/node-finder.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { lineageOf } from '../../inventory/lineage.ts';

export interface NearModel {
  readonly ref: NodeRef;
  readonly class: string;
  /** Links from the model. */
  readonly distance: number;
}

export interface Upstream {
  readonly model: NodeRef;
  readonly near: ReadonlyMap<NodeId, NearModel>;
}

const mostNodes = 500;

/** @param name as observations name the model; @param told the node that their events name */
export function upstreamOf(
  graph: AttackGraph,
  find: NodeFinder,
  name: string,
  told: NodeId | null,
): Upstream | undefined {
  const index = find(told ?? name, 'execute') ?? find(name, 'execute') ?? byName(graph, name);
  if (index === undefined) return undefined;
  const { model, upstream, running, endpoints } = lineageOf(graph, index);
  const near = new Map<NodeId, NearModel>();
  for (const { class: of, distance, ...node } of [model, ...upstream, ...running, ...endpoints])
    if (near.size < mostNodes && !near.has(node.id))
      near.set(node.id, { ref: { kind: node.kind, id: node.id, name: node.name }, class: of, distance });
  return { model: nodeRef(graph.nodeAt(index)), near };
}

/** A model or endpoint of that name, where there is exactly one. */
function byName(graph: AttackGraph, name: string): number | undefined {
  const fitting: number[] = [];
  for (const [index, node] of graph.nodes.entries())
    if ((node.class === 'model' || node.class === 'endpoint') && node.name === name) fitting.push(index);
  return fitting.length === 1 ? fitting[0] : undefined;
}
