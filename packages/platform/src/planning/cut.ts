/**
 * The cheapest provable cut.
 *
 * Choose levers of least total cost such that nothing protected can be derived from the compromised set. Each lever severs
 * a set of edges, edges may need several holdings, so this is a minimum-cost hitting set over attack derivations. There are
 * far too many derivations to list; they are generated lazily (implicit hitting set, Moreno-Centeno & Karp 2013):
 *
 *     repeat: solve the master over the derivations known so far; cut with its answer; look for a derivation that
 *     survives; if there is none, the answer is optimal, since every cut must hit the known derivations.
 *
 * What must stay true:
 * - A surviving derivation is always real: an edge whose levers nobody asked for yet counts as passable until its rule has
 *   been asked. So the search may do too much, and never misses a way through.
 * - `bound` is the master's proven bound, and so a lower bound on any cut with these levers.
 * - A derivation without a single lever is a fact about the estate, not a failure: its goal is exempt, the derivation is
 *   handed on, and everything else is still cut.
 * - Deterministic: goals by hops then number, levers in the order in which the search meets them.
 */
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { addBit, bitset, hasBit } from '../graph/bitset.ts';
import { derivationSteps } from '../graph/derivation-steps.ts';
import type { Cut } from '../graph/hypergraph.ts';
import { type Reach, reach } from '../graph/reach.ts';
import { type Solver, withHittingSet } from './hitting-set.ts';
import type { LeverBook } from './lever-book.ts';

export interface CutResult {
  /** Lever indices of the book, ascending. */
  readonly levers: readonly number[];
  readonly cost: number;
  readonly bound: number;
  /** What is reached once the levers are pulled. */
  readonly after: Reach;
  /** Every edge between what is still held and what is not: severed, and by which of the levers. */
  readonly severed: readonly { readonly edge: GraphEdge; readonly by: readonly number[] }[];
  /** Goals that no lever at hand protects, each with a derivation that nothing cuts. */
  readonly exempt: readonly { readonly goal: number; readonly derivation: readonly GraphEdge[] }[];
}

/** Goals looked at in one round; more only makes rounds longer, not fewer. */
const GOALS_A_ROUND = 64;
/** Rounds before the search settles for a cut that is valid but not proven cheapest. */
const ROUNDS = 400;

/** @param before what the compromised nodes reach while nothing is cut, the goals among it. */
export function cheapestCut(
  graph: AttackGraph,
  compromised: readonly number[],
  before: Reach,
  goals: readonly number[],
  book: LeverBook,
  solver: Solver,
): CutResult {
  const met = new Map<string, { edge: GraphEdge; levers: readonly number[] }>();
  const exempt = new Map<number, readonly GraphEdge[]>();
  const sets: { readonly goal: number; readonly levers: readonly number[] }[] = [];
  let wanted = goals;

  const leversOf = (edge: GraphEdge): readonly number[] => {
    const key = `${edge.edge}:${edge.membership}`;
    let known = met.get(key);
    if (known === undefined) {
      known = { edge, levers: book.severing(edge) };
      met.set(key, known);
    }
    return known.levers;
  };

  const reachedUnder = (pulled: ReadonlySet<number>): Reach =>
    reach(graph.hypergraph, compromised, { cut: cutOf(graph, met, pulled) });

  /**
   * Finds derivations that survive `pulled`, adding the levers of each to `pulled`, until none survives. With the union of
   * the found sets as `pulled`, one sweep yields many derivations that share no lever: strong rows for the master.
   *
   * @param start what is reached under `pulled` as it is
   * @returns what is reached under `pulled` as it has become
   */
  const sweep = (pulled: Set<number>, start: Reach): Reach => {
    for (let now = start; ; now = reachedUnder(pulled)) {
      const known = met.size + pulled.size + exempt.size;
      const open = wanted.filter((goal) => hasBit(now.reached, goal));
      if (open.length === 0) return now;
      open.sort((a, b) => (now.hops[a] ?? 0) - (now.hops[b] ?? 0) || a - b);
      for (const goal of open.slice(0, GOALS_A_ROUND)) {
        const derivation = derivationSteps(graph, now, goal);
        const levers = new Set(derivation.flatMap(leversOf));
        if (levers.size === 0) {
          exempt.set(goal, derivation);
          continue;
        }
        // Asking its rules showed that a pulled lever severs it after all, or an earlier goal of this round pulled one.
        if ([...levers].some((lever) => pulled.has(lever))) continue;
        sets.push({ goal, levers: [...levers] });
        for (const lever of levers) pulled.add(lever);
      }
      wanted = wanted.filter((goal) => !exempt.has(goal));
      // Whatever survives teaches something; if it did not, this would go on for ever.
      if (met.size + pulled.size + exempt.size === known)
        throw new Error('a derivation survived the levers that sever it');
    }
  };

  // The first sweep ends when no goal is left that all levers together protect, so every exempt goal is known after it; the
  // derivations found for a goal before it turned out to be exempt must not cost anything.
  const everything = new Set<number>();
  let after = sweep(everything, before);
  let best: { chosen: readonly number[]; bound: number } = { chosen: [...everything], bound: 0 };
  for (let round = 0, done = false; !done; round += 1) {
    const solved = withHittingSet(solver, book.costs(), (problem) => {
      for (const { goal, levers } of sets) if (!exempt.has(goal)) problem.add(levers);
      return problem.solve();
    });
    best = { chosen: solved.chosen, bound: solved.bound };
    const pulled = new Set(solved.chosen);
    const known = sets.length;
    after = sweep(pulled, reachedUnder(pulled));
    done = sets.length === known;
    if (!done && round >= ROUNDS) {
      best = { chosen: [...pulled], bound: solved.bound };
      done = true;
    }
  }

  const chosen = new Set(best.chosen);
  const severed = [...met.values()]
    .map(({ edge, levers }) => ({ edge, by: levers.filter((lever) => chosen.has(lever)) }))
    .filter(({ by }) => by.length > 0)
    // What leads to something that is reached all the same is not claimed: another way of the same step may go there.
    .filter(({ edge }) => !hasBit(after.reached, edge.head))
    .filter(({ edge }) => edge.tails.every((tail) => hasBit(after.reached, tail)));
  const levers = [...chosen].sort((a, b) => a - b);
  const cost = levers.reduce((sum, lever) => sum + book.at(lever).impact.cost, 0);
  return {
    levers,
    cost,
    bound: Math.min(best.bound, cost),
    after,
    severed,
    exempt: [...exempt].map(([goal, derivation]) => ({ goal, derivation })),
  };
}

/** The edges that the pulled levers sever, as far as their rules were asked. */
function cutOf(
  graph: AttackGraph,
  met: ReadonlyMap<string, { edge: GraphEdge; levers: readonly number[] }>,
  pulled: ReadonlySet<number>,
): Cut {
  const edges = bitset(graph.hypergraph.edgeCount);
  const pairs = new Map<number, Set<number>>();
  for (const { edge, levers } of met.values()) {
    if (!levers.some((lever) => pulled.has(lever))) continue;
    addBit(edges, edge.edge);
    if (edge.membership === -1) continue;
    const members = pairs.get(edge.edge);
    if (members === undefined) pairs.set(edge.edge, new Set([edge.membership]));
    else members.add(edge.membership);
  }
  return { edges, pairs };
}
