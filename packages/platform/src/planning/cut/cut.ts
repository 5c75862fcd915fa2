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
 * Before the master is asked at all, goals behind goals are left out (dominated-goals.ts) and dual ascent gives a cut with a
 * bound (dual-ascent.ts). Mostly the two meet, and that is the proof.
 *
 * What must stay true:
 * - `bound` is a proven lower bound on any cut with these levers.
 * - A derivation without a single lever is a fact about the estate, not a failure: its goal is exempt, the derivation is
 *   handed on, and everything else is still cut.
 */
import type { AttackGraph, GraphEdge } from '../../graph/attack-graph.ts';
import type { Reach } from '../../graph/reach.ts';
import { type Solver, withHittingSet } from '../hitting-set.ts';
import type { LeverBook } from '../lever-book.ts';
import { DerivationSearch } from './derivation-search.ts';
import { dominatedGoals } from './dominated-goals.ts';
import { ascend, tolerance } from './dual-ascent.ts';

export interface CutResult {
  /** Lever indices of the book, ascending. */
  readonly levers: readonly number[];
  /** In the book's objective, as is the bound. */
  readonly cost: number;
  readonly bound: number;
  /** What is reached once the levers are pulled. */
  readonly after: Reach;
  /** Every edge between what is still held and what is not: severed, and by which of the levers. */
  readonly severed: readonly { readonly edge: GraphEdge; readonly by: readonly number[] }[];
  /** Goals that no lever at hand protects, each with a derivation that nothing cuts. */
  readonly exempt: readonly { readonly goal: number; readonly derivation: readonly GraphEdge[] }[];
  /** What proved it: nothing was to cut, cost and flow bound met, or the master was solved. */
  readonly settledBy: 'nothing' | 'bound' | 'master';
  /** Goals that needed no attention, since another goal dominates them. */
  readonly dominated: number;
}

/** Rounds before the search settles for a cut that is valid but not proven cheapest. */
const mostRounds = 400;

export interface CutProblem {
  readonly graph: AttackGraph;
  readonly compromised: readonly number[];
  /** What the compromised nodes reach while nothing is cut, the goals among it. */
  readonly before: Reach;
  readonly goals: readonly number[];
  readonly book: LeverBook;
  /** Levers that must be pulled. */
  readonly pins: readonly number[];
}

export function cheapestCut(problem: CutProblem, solver: Solver): CutResult {
  const { graph, compromised, before, goals, book } = problem;
  const above = dominatedGoals(graph, compromised, before, goals);
  const search = new DerivationSearch(graph, compromised, goals, above, book);
  const pins = new Set(problem.pins);

  // The first sweep pulls all that it meets. It ends when no goal is left that all levers together protect, so every goal
  // that is past saving is known after it, and its rows share no lever.
  const everything = new Set(pins);
  search.sweep(everything, pins.size === 0 ? before : search.reachedUnder(everything), (levers) => levers);
  const costs = () => book.costs();
  const quick = ascend(search, costs, pins, before);
  const settled = quick.cost <= quick.bound + tolerance;
  const best = settled ? quick : solveMaster(search, costs, pins, quick, solver);

  const levers = [...best.pulled].sort((a, b) => a - b);
  const after = search.reachedUnder(best.pulled);
  const cost = levers.reduce((sum, lever) => sum + (book.costs()[lever] as number), 0);
  return {
    levers,
    cost,
    bound: Math.min(best.bound, cost),
    after,
    severed: search.severed(best.pulled, after),
    exempt: [...search.exempt].map(([goal, derivation]) => ({ goal, derivation })),
    settledBy: levers.length === 0 ? 'nothing' : settled ? 'bound' : 'master',
    dominated: above.size,
  };
}

function solveMaster(
  search: DerivationSearch,
  costs: () => readonly number[],
  pins: ReadonlySet<number>,
  quick: { readonly pulled: ReadonlySet<number>; readonly cost: number; readonly bound: number },
  solver: Solver,
): { pulled: ReadonlySet<number>; bound: number } {
  let bound = quick.bound;
  for (let round = 0; ; round += 1) {
    const solved = withHittingSet(solver, costs(), (master) => {
      for (const pin of pins) master.add([pin]);
      for (const { levers } of search.rows) master.add(levers);
      return master.solve();
    });
    bound = Math.max(bound, solved.bound);
    const pulled = new Set(solved.chosen);
    const known = search.rows.length;
    search.sweep(pulled, search.reachedUnder(pulled), (levers) => levers);
    if (search.rows.length === known) return { pulled: new Set(solved.chosen), bound };
    // The quick cut is a cut: whatever the rows cost that no known derivation contradicts, it will do at this price.
    if (quick.cost <= bound + tolerance) return { pulled: quick.pulled, bound };
    if (round >= mostRounds) {
      const swept = [...pulled].reduce((sum, lever) => sum + (costs()[lever] as number), 0);
      return { pulled: swept < quick.cost ? pulled : quick.pulled, bound };
    }
  }
}
