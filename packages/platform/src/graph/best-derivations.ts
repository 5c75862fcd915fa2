/**
 * The best derivations: for every goal its cheapest, and then alternatives.
 *
 * Alternatives come from forbidding: whatever differs from a derivation lacks one of its edges, so the next best is the
 * best of those found when each edge in turn is taken away, on top of what was taken away before (E. L. Lawler, "A
 * procedure for computing the k best solutions to discrete optimization problems", 1972). Without the bound on the work
 * that enumerates all derivations in order of cost; with it the list may be shorter than asked, and never wrong.
 */
import { addBit } from './bitset.ts';
import { cheapestDerivations } from './derivations.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';
import { derivationOf, type ReachOptions } from './reach.ts';
import { regionBetween } from './region.ts';

/** One way to a goal. */
export interface Derivation {
  readonly goal: number;
  /** As `cheapestDerivations` counts. */
  readonly cost: number;
  /** As `derivationOf` orders. */
  readonly edges: readonly number[];
}

export interface BestOptions extends ReachOptions {
  /** How many derivations at most. */
  readonly limit: number;
}

/** Nodes and edges that searches for alternatives may look at, all together: one or two seconds of work. */
const workBudget = 20_000_000;

/**
 * The best derivation of each goal that can be reached, cheapest first, and when these are fewer than `limit`, then
 * alternatives, cheapest first. Goals that are sources need no derivation and have none here.
 *
 * @param edgeCosts by edge, not negative
 */
export function bestDerivations(
  graph: Hypergraph,
  edgeCosts: Float64Array,
  sources: readonly number[],
  goals: Iterable<number>,
  options: BestOptions,
): Derivation[] {
  const best = cheapestDerivations(graph, edgeCosts, sources, options);
  const first = [...new Set(goals)]
    .filter((goal) => (best.via[goal] as number) >= 0)
    .sort((a, b) => (best.costs[a] as number) - (best.costs[b] as number) || a - b)
    .slice(0, options.limit)
    .map((goal) => ({ goal, cost: best.costs[goal] as number, edges: derivationOf(graph, best, goal) }));
  if (first.length === 0 || first.length >= options.limit) return first;
  return [...first, ...alternatives(graph, edgeCosts, sources, first, options)];
}

/** A derivation with the edges that were forbidden when it was found. */
interface Branch extends Derivation {
  readonly key: string;
  readonly forbidden: ReadonlySet<number>;
}

function alternatives(
  whole: Hypergraph,
  wholeCosts: Float64Array,
  sources: readonly number[],
  first: readonly Derivation[],
  options: BestOptions,
): Derivation[] {
  const goals = first.map(({ goal }) => goal);
  const { graph, edges: edgeOf, numberOf, cut } = regionBetween(whole, sources, goals, options);
  const costs = Float64Array.from(edgeOf, (edge) => wholeCosts[edge] as number);
  const starts = sources.flatMap((source) => numberOf.get(source) ?? []);
  const searched = new Set<string>();
  const branches: Branch[] = [];
  let work = workBudget;

  const search = (goal: number, forbidden: ReadonlySet<number>) => {
    const question = keyOf(goal, forbidden);
    if (work <= 0 || searched.has(question)) return;
    searched.add(question);
    work -= graph.nodeCount + graph.edgeCount;
    const best = cheapestDerivations(graph, costs, starts, { cut: cutAlso(cut, forbidden), goal });
    if ((best.turns[goal] as number) < 0) return;
    const edges = derivationOf(graph, best, goal);
    branches.push({ goal, cost: best.costs[goal] as number, edges, key: keyOf(goal, edges), forbidden });
  };

  for (const goal of goals) search(numberOf.get(goal) as number, new Set());
  // The best of each goal is in `first` already, and found again here with the branches that go on from it.
  const seen = new Set(branches.map(({ key }) => key));
  for (const { goal, edges } of branches.splice(0)) for (const edge of edges) search(goal, new Set([edge]));

  const found: Derivation[] = [];
  while (branches.length > 0 && first.length + found.length < options.limit) {
    branches.sort((a, b) => b.cost - a.cost || (a.key < b.key ? 1 : -1));
    const next = branches.pop() as Branch;
    if (!seen.has(next.key)) {
      seen.add(next.key);
      const edges = next.edges.map((edge) => edgeOf[edge] as number);
      found.push({ goal: whole.heads[edges.at(-1) as number] as number, cost: next.cost, edges });
    }
    for (const edge of next.edges) search(next.goal, new Set([...next.forbidden, edge]));
  }
  return found;
}

function keyOf(goal: number, edges: Iterable<number>): string {
  return `${goal}:${[...edges].sort((a, b) => a - b).join()}`;
}

function cutAlso(cut: Cut, edges: Iterable<number>): Cut {
  const all = cut.edges.slice();
  const pairs = new Map(cut.pairs);
  for (const edge of edges) {
    addBit(all, edge);
    pairs.delete(edge);
  }
  return { edges: all, pairs };
}
