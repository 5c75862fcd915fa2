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
const mostVersions = 20;

/** @param name as observations name the model; @param told the node that their events name */
export function upstreamOf(
  graph: AttackGraph,
  find: NodeFinder,
  name: string,
  told: NodeId | null,
): Upstream | undefined {
  const index = find(told ?? name, 'execute') ?? find(name, 'execute') ?? byName(graph, name);
  if (index === undefined) return undefined;
  const near = new Map<NodeId, NearModel>();
  for (const [form, farther] of [[index, 0], ...versionsOf(graph, index).map((each) => [each, 1] as const)] as const) {
    if (near.size >= mostNodes) break;
    const { model, upstream, running, endpoints } = lineageOf(graph, form);
    for (const { class: of, distance, ...node } of [model, ...upstream, ...running, ...endpoints])
      if (near.size < mostNodes && !near.has(node.id))
        near.set(node.id, {
          ref: { kind: node.kind, id: node.id, name: node.name },
          class: of,
          distance: distance + farther,
        });
  }
  return { model: nodeRef(graph.nodeAt(index)), near };
}

/** Of a registered model its last versions: they are made from something, the name that they have in common is not. */
function versionsOf(graph: AttackGraph, index: number): readonly number[] {
  const { id } = graph.nodeAt(index);
  if (!id.startsWith('mlflow:RegisteredModel/')) return [];
  const prefix = `${id.replace('RegisteredModel', 'ModelVersion')}/`;
  const found: { readonly version: number; readonly node: number }[] = [];
  for (const [each, node] of graph.indexOf)
    if (each.startsWith(prefix)) found.push({ version: Number(each.slice(prefix.length)), node });
  return found
    .sort((a, b) => b.version - a.version)
    .slice(0, mostVersions)
    .map(({ node }) => node);
}

/** A model or endpoint of that name, where there is exactly one. */
function byName(graph: AttackGraph, name: string): number | undefined {
  const fitting: number[] = [];
  for (const [index, node] of graph.nodes.entries())
    if ((node.class === 'model' || node.class === 'endpoint') && node.name === name) fitting.push(index);
  return fitting.length === 1 ? fitting[0] : undefined;
}
