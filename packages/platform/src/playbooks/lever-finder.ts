/**
 * Which levers there are on what a query means. The planner never asks this: it goes from an edge to the levers that sever it. A playbook
 * names an action and a query, so here the way is the other one: every lever of the action that an edge of the estate names, or that
 * a plan would add beside the cut (evidence, held credentials, delivery), by the node that it is pulled on.
 */
import { type AnyAction, FirebreakError, type Lever, type NodeId } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { supplements } from '../planning/supplements/index.ts';

/** Edges that are asked for the levers of one action, at the most. */
const mostEdges = 1_000_000;

export interface FoundLever {
  readonly lever: Lever;
  readonly params: unknown;
  readonly target: NodeId;
  /** What the steps that it takes away start from. */
  readonly from: ReadonlySet<NodeId>;
}

export class LeverFinder {
  readonly #graph: AttackGraph;
  readonly #compromised: readonly number[];
  readonly #known = new Map<string, readonly FoundLever[]>();

  constructor(graph: AttackGraph, compromised: readonly number[]) {
    this.#graph = graph;
    this.#compromised = compromised;
  }

  /** Levers of the action, by key. @throws FirebreakError FB-QUERY-COSTLY */
  of(action: AnyAction): readonly FoundLever[] {
    const known = this.#known.get(action.id);
    if (known !== undefined) return known;
    const found = new Map<string, FoundLever & { readonly from: Set<NodeId> }>();
    for (const { lever, tails } of this.#named(action)) {
      const same = found.get(lever.key);
      if (same !== undefined) {
        for (const tail of tails) same.from.add(tail);
        continue;
      }
      const params = action.params.safeParse(lever.params);
      if (params.success)
        found.set(lever.key, {
          lever,
          params: params.data,
          target: action.target(params.data).id,
          from: new Set(tails),
        });
    }
    const levers = [...found.values()].sort((a, b) => (a.lever.key < b.lever.key ? -1 : 1));
    this.#known.set(action.id, levers);
    return levers;
  }

  *#named(action: AnyAction): Generator<{ readonly lever: Lever; readonly tails: readonly NodeId[] }> {
    const graph = this.#graph;
    const names = graph.rules.some(({ severedBy }) => severedBy.includes(action.id));
    let asked = 0;
    if (names)
      for (const edge of graph.liveEdges()) {
        if (!edge.rule.severedBy.includes(action.id)) continue;
        asked += 1;
        if (asked > mostEdges)
          throw new FirebreakError('FB-QUERY-COSTLY', `More than ${mostEdges} edges may name ${action.id}.`);
        for (const lever of edge.rule.levers(edge, graph.estate))
          if (lever.action === action.id) yield { lever, tails: [edge.from, ...edge.with] };
      }
    const targets = this.#compromised.map((node) => graph.nodeAt(node).id);
    for (const { propose } of supplements)
      for (const { lever } of propose({
        graph,
        compromised: this.#compromised,
        targets,
        has: (id) => id === action.id,
      }))
        if (lever.action === action.id) yield { lever, tails: [] };
  }
}
