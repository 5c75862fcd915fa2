/**
 * Short ways of the graph as evidence. That somebody *could* have come from one actor to another says little where the first leads
 * everywhere: a way counts when it is short and one of few. So the walk goes round by round and ends before the round that would
 * bring it to more than a few who can act; a cluster's administrator leads to nobody in this sense.
 */
import type { GraphNode, NodeId } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../../graph/attack-graph.ts';
import { addBit, bitsetOf, hasBit } from '../../graph/bitset.ts';
import { isShared } from './shared-nodes.ts';

export type Way = readonly { readonly type: string; readonly from: NodeId; readonly to: NodeId }[];

const mostSteps = 4;
/** Who can act, within the steps together. */
const mostActing = 60;
/** Nodes of any kind; a bound on time. */
const mostNodes = 2000;
const acting = new Set<GraphNode['class']>(['identity', 'credential', 'workload', 'agent', 'pipeline', 'host']);

export interface Ways {
  /** Nodes to which few and short ways lead from here, itself not among them. */
  near(from: NodeId): Iterable<NodeId>;
  leads(from: NodeId, to: NodeId): boolean;
  /** The steps in order; empty when there is no such way. */
  way(from: NodeId, to: NodeId): Way;
}

const kept = new WeakMap<AttackGraph, Ways>();

/** The ways of a graph; what was walked once is remembered with it. */
export function waysOf(graph: AttackGraph): Ways {
  const known = kept.get(graph) ?? new GraphWays(graph);
  kept.set(graph, known);
  return known;
}

class GraphWays implements Ways {
  readonly #graph: AttackGraph;
  readonly #near = new Map<NodeId, ReadonlyMap<NodeId, GraphEdge>>();

  constructor(graph: AttackGraph) {
    this.#graph = graph;
  }

  near(from: NodeId): Iterable<NodeId> {
    return this.#walk(from).keys();
  }

  leads(from: NodeId, to: NodeId): boolean {
    return this.#walk(from).has(to);
  }

  way(from: NodeId, to: NodeId): Way {
    const edges = this.#walk(from);
    const steps: { type: string; from: NodeId; to: NodeId }[] = [];
    for (let at = to; at !== from && steps.length <= mostSteps; ) {
      const edge = edges.get(at);
      if (edge === undefined) return [];
      steps.unshift({ type: edge.type, from: edge.from, to: at });
      at = edge.from;
    }
    return steps;
  }

  #walk(from: NodeId): ReadonlyMap<NodeId, GraphEdge> {
    const known = this.#near.get(from) ?? this.#walked(from);
    this.#near.set(from, known);
    return known;
  }

  #walked(from: NodeId): ReadonlyMap<NodeId, GraphEdge> {
    const graph = this.#graph;
    const start = graph.indexOf.get(from);
    const found = new Map<NodeId, GraphEdge>();
    if (start === undefined || graph.isHub(start)) return found;
    const held = bitsetOf(graph.nodes.length, [start]);
    let actors = 0;
    for (let step = 0; step < mostSteps; step += 1) {
      const round = new Map<number, GraphEdge>();
      for (const edge of graph.liveEdgesFrom(held)) {
        if (hasBit(held, edge.head) || round.has(edge.head)) continue;
        round.set(edge.head, edge);
        if (acting.has(graph.nodeAt(edge.head).class)) actors += 1;
        if (actors > mostActing || round.size + found.size > mostNodes) return found;
      }
      if (round.size === 0) return found;
      for (const [head, edge] of round) {
        const { id } = graph.nodeAt(head);
        // What many share leads everywhere, and nowhere in particular.
        if (isShared(graph, id)) continue;
        addBit(held, head);
        found.set(id, edge);
      }
    }
    return found;
  }
}
