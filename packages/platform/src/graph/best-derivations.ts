/**
 * The best derivations: for every goal its cheapest, and then alternatives.
 *
 * Alternatives come from forbidding: whatever differs from a derivation lacks one of its edges, so the next best is the
 * best of those found when each edge in turn is taken away, on top of what was taken away before (E. L. Lawler, "A
 * procedure for computing the k best solutions to discrete optimization problems", 1972). Without the bound on the work
 * that enumerates all derivations in order of cost; with it the list may be shorter than asked, and never wrong.
 */
import { addBit, type Bitset, bitset, hasBit } from './bitset.ts';
import { cheapestDerivations } from './derivations.ts';
import type { Cut, Hypergraph } from './hypergraph.ts';
import { derivationOf, type ReachOptions, reverseReach } from './reach.ts';

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

/** Nodes and edges looked at for alternatives, all searches together: about two seconds. */
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
  const wanted = [...new Set(goals)]
    .filter((goal) => (best.via[goal] as number) >= 0)
    .sort((a, b) => (best.costs[a] as number) - (best.costs[b] as number) || a - b)
    .slice(0, options.limit);
  const first = wanted.map((goal) => ({
    goal,
    cost: best.costs[goal] as number,
    edges: derivationOf(graph, best, goal),
  }));
  return [...first, ...alternatives(graph, edgeCosts, sources, first, options)];
}

/** A derivation with the edges that were forbidden when it was found. */
interface Branch extends Derivation {
  readonly forbidden: ReadonlySet<number>;
}

function alternatives(
  graph: Hypergraph,
  edgeCosts: Float64Array,
  sources: readonly number[],
  known: readonly Derivation[],
  options: BestOptions,
): Derivation[] {
  const found: Derivation[] = [];
  const seen = new Set(known.map(keyOf));
  const searched = new Set<string>();
  const regions = new Map<number, Bitset>();
  const branches: Branch[] = [];
  let work = workBudget;

  const search = (parent: Derivation, parentForbidden: ReadonlySet<number>) => {
    let outside = regions.get(parent.goal);
    if (outside === undefined) {
      outside = complement(reverseReach(graph, [parent.goal], options), graph.nodeCount, options.without);
      regions.set(parent.goal, outside);
    }
    for (const edge of parent.edges) {
      const forbidden = new Set([...parentForbidden, edge]);
      const question = `${parent.goal}:${[...forbidden].sort((a, b) => a - b).join()}`;
      if (work <= 0 || searched.has(question)) continue;
      searched.add(question);
      work -= graph.nodeCount + graph.edgeCount;
      const cut = cutAlso(options.cut, forbidden, graph);
      const best = cheapestDerivations(graph, edgeCosts, sources, { cut, without: outside, goal: parent.goal });
      if ((best.turns[parent.goal] as number) < 0) continue;
      const edges = derivationOf(graph, best, parent.goal);
      branches.push({ goal: parent.goal, cost: best.costs[parent.goal] as number, edges, forbidden });
    }
  };

  if (known.length >= options.limit) return found;
  for (const derivation of known) search(derivation, new Set());
  while (branches.length > 0 && known.length + found.length < options.limit) {
    branches.sort((a, b) => b.cost - a.cost || (keyOf(a) < keyOf(b) ? 1 : -1));
    const next = branches.pop() as Branch;
    const isNew = !seen.has(keyOf(next));
    if (isNew) {
      seen.add(keyOf(next));
      found.push({ goal: next.goal, cost: next.cost, edges: next.edges });
    }
    search(next, next.forbidden);
  }
  return found;
}

function keyOf(derivation: Derivation): string {
  return `${derivation.goal}:${[...derivation.edges].sort((a, b) => a - b).join()}`;
}

function complement(set: Bitset, size: number, without: Bitset | undefined): Bitset {
  const rest = bitset(size);
  for (let member = 0; member < size; member += 1) {
    if (!hasBit(set, member) || (without !== undefined && hasBit(without, member))) addBit(rest, member);
  }
  return rest;
}

function cutAlso(cut: Cut | undefined, edges: Iterable<number>, graph: Hypergraph): Cut {
  const all = cut === undefined ? bitset(graph.edgeCount) : cut.edges.slice();
  const pairs = new Map(cut?.pairs);
  for (const edge of edges) {
    addBit(all, edge);
    pairs.delete(edge);
  }
  return { edges: all, pairs };
}
