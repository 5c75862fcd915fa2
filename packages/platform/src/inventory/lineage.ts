/**
 * What a model was made from and what it is in (A9). Whoever holds a dataset can change what is trained on it, so the steps of
 * the graph run along the lineage: from data, code and images to jobs, from jobs to models, from models to what is made from
 * them. *Upstream* is what such steps lead from, *downstream* what they lead to, over direct steps between things of lineage
 * only (data, stores, code, artifacts, pipelines, models, channels); a step that is not certain is shown with its odds.
 *
 * Where the right to change a thing is a node of its own (write-twins.ts), it is by that node that the lineage runs, since
 * whoever can only read a thing changes nothing that is made of it; it is shown as the thing. What a pipeline can read of such
 * things is what it is fed with: that step leads from the job to the data, and the lineage the other way.
 *
 * What *runs* a model holds it or is run by it: workloads, agents and tools that a direct step leads from or to, each named by
 * the whole that it belongs to, with the hosts below. *Endpoints* are those that lead to what runs.
 */
import { type AssetClass, type GraphNode, type Lineage, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { cutShort } from './bounded.ts';
import { belongsTo, directFrom, directInto, isFirm, type Wire, wholesOf } from './wiring.ts';
import { twinsOf } from './write-twins.ts';

const made: ReadonlySet<AssetClass> = new Set([
  'dataset',
  'feature-store',
  'vector-store',
  'repository',
  'artifact',
  'pipeline',
  'model',
  'update-channel',
  'prompt',
]);
const holders: ReadonlySet<AssetClass> = new Set(['workload', 'agent', 'tool']);
const maxNodes = 5000;

/** The answer of `firebreak lineage`. @param model node number; any node of lineage does as well */
export function lineageOf(graph: AttackGraph, model: number): Lineage {
  const links = new Map<string, { readonly from: number; readonly to: number; readonly edge: number }>();
  const link = (from: number, to: number, edge: number) => links.set(`${from} ${to} ${edge}`, { from, to, edge });
  const served = servedAs(graph, model);
  const closure = (forward: boolean): Map<number, number> => {
    const distance = new Map([model, ...(forward ? [] : served)].map((node) => [node, 0]));
    for (const [node, steps] of distance) {
      if (distance.size > maxNodes) break;
      for (const { edge, other } of forward ? madeFrom(graph, node) : madeOf(graph, node)) {
        if (forward) link(node, other, edge);
        else link(other, node, edge);
        if (!distance.has(other)) distance.set(other, steps + 1);
      }
    }
    for (const node of [model, ...served]) distance.delete(node);
    return distance;
  };
  const upstream = closure(false);
  const downstream = closure(true);
  // What is on both sides is in a circle; it counts as what it is made from.
  for (const node of upstream.keys()) downstream.delete(node);

  const running = new Map<number, number>();
  const parts = new Set<number>();
  const forms = [[model, 0] as const, ...[...downstream].filter(([node]) => graph.nodeAt(node).class === 'model')];
  for (const [form, distance] of forms) {
    for (const [from, to, wire] of bothWays(graph, form)) {
      const part = wire.other;
      if (!holders.has(graph.nodeAt(part).class) || !isFirm(graph, wire)) continue;
      link(from, to, wire.edge);
      for (const each of [...belongsTo(graph, part), ...partsOf(graph, part)]) parts.add(each);
      for (const whole of wholesOf(graph, part))
        if (whole !== model && !running.has(whole)) running.set(whole, distance + 1);
    }
  }
  const endpoints = new Map<number, number>();
  for (const part of [...parts, ...forms.map(([form]) => form)]) {
    for (const { edge, other } of directInto(graph, part)) {
      if (graph.nodeAt(other).class !== 'endpoint') continue;
      link(other, part, edge);
      if (!endpoints.has(other)) endpoints.set(other, 1);
    }
  }
  const row = ([node, distance]: readonly [number, number]) => lineageNode(graph.nodeAt(node), distance);
  const byDistance = (nodes: Map<number, number>) => [...nodes].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  return {
    model: lineageNode(graph.nodeAt(model), 0),
    upstream: byDistance(upstream).map(row),
    downstream: byDistance(downstream)
      .filter(([node]) => !running.has(node))
      .map(row),
    running: byDistance(running).map(([node, distance]) => ({
      ...row([node, distance]),
      hosts: hostsOf(graph, [node, ...partsOf(graph, node)]).map((host) => nodeRef(graph.nodeAt(host))),
    })),
    endpoints: byDistance(endpoints).map(row),
    links: [...links.values()].map(({ from, to, edge }) => {
      const note = graph.noteOf(edge);
      return {
        from: nodeRef(graph.nodeAt(from)),
        to: nodeRef(graph.nodeAt(to)),
        type: graph.ruleOf(edge)?.label ?? '',
        facts: graph.factsOf(edge),
        ...(note === undefined ? {} : { note }),
        likelihood: graph.likelihoods[edge] as number,
      };
    }),
    completeness:
      upstream.size + downstream.size < maxNodes
        ? graph.completeness
        : cutShort(graph.completeness, graph.nodeAt(model).id, `Its lineage has more than ${maxNodes} nodes.`),
  };
}

/**
 * The models that a model's weights are served as: what loads weights decides which, so that what the service is made from the
 * weights are made from.
 */
function servedAs(graph: AttackGraph, model: number): number[] {
  const served = new Set<number>();
  for (const wire of directInto(graph, model))
    if (holders.has(graph.nodeAt(wire.other).class) && isFirm(graph, wire))
      for (const whole of wholesOf(graph, wire.other))
        if (whole !== model && graph.nodeAt(whole).class === 'model') served.add(whole);
  return [...served];
}

/** A repository is what is on its branch; that whoever may write to the one writes to the other is no making. */
function isMade(graph: AttackGraph, edge: number, thing: number): boolean {
  return made.has(graph.nodeAt(thing).class) && graph.ruleOf(edge)?.label !== 'REPOSITORY_BRANCH';
}

/** The next things upstream. */
function* madeOf(graph: AttackGraph, node: number): Generator<Wire> {
  const { writeOf, thingOf } = twinsOf(graph);
  for (const { edge, other } of directInto(graph, writeOf.get(node) ?? node)) {
    const thing = thingOf.get(other) ?? other;
    // From a thing that has a right to change it, holding the thing alone only reads.
    if (thing !== node && isMade(graph, edge, thing) && (thing !== other || !writeOf.has(other)))
      yield { edge, other: thing };
  }
  if (graph.nodeAt(node).class !== 'pipeline') return;
  for (const { edge, other } of directFrom(graph, node))
    if (writeOf.has(other) && made.has(graph.nodeAt(other).class)) yield { edge, other };
}

/** The next things downstream. */
function* madeFrom(graph: AttackGraph, node: number): Generator<Wire> {
  const { writeOf, thingOf } = twinsOf(graph);
  const write = writeOf.get(node);
  for (const { edge, other } of directFrom(graph, write ?? node)) {
    const thing = thingOf.get(other) ?? other;
    const reads = graph.nodeAt(node).class === 'pipeline' && writeOf.has(other);
    if (thing !== node && !reads && isMade(graph, edge, thing)) yield { edge, other: thing };
  }
  if (write === undefined) return;
  for (const { edge, other } of directInto(graph, node))
    if (graph.nodeAt(other).class === 'pipeline') yield { edge, other };
}

/** Steps from and to a thing and the right to change it, as steps of the thing. */
function* bothWays(graph: AttackGraph, node: number) {
  for (const form of [node, twinsOf(graph).writeOf.get(node) ?? node]) {
    for (const wire of directFrom(graph, form)) yield [node, wire.other, wire] as const;
    for (const wire of directInto(graph, form)) yield [wire.other, node, wire] as const;
  }
}

/** What a whole consists of: its pods, their containers. */
function partsOf(graph: AttackGraph, whole: number): number[] {
  const seen = new Set([whole]);
  for (const node of seen)
    for (const wire of directFrom(graph, node))
      if (isFirm(graph, wire) && graph.nodeAt(wire.other).class === 'workload') seen.add(wire.other);
  seen.delete(whole);
  return [...seen];
}

function hostsOf(graph: AttackGraph, parts: readonly number[]): number[] {
  const hosts = new Set<number>();
  for (const part of parts)
    for (const wire of directInto(graph, part))
      if (isFirm(graph, wire) && graph.nodeAt(wire.other).class === 'host') hosts.add(wire.other);
  return [...hosts].sort((a, b) => a - b);
}

function lineageNode(node: GraphNode, distance: number): Lineage['model'] {
  return {
    ...nodeRef(node),
    class: node.class,
    distance,
    ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
    ...(node.detail === undefined ? {} : { detail: { ...node.detail } }),
  };
}
