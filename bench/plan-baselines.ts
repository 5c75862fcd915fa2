/** What people do without a planner, for the price of it: both pull levers of the same book and are held against the same proof. */
import type { AnyAction } from '@firebreak/contract';
import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import { bitsetOf, hasBit } from '../packages/platform/src/graph/bitset.ts';
import { reach } from '../packages/platform/src/graph/reach.ts';
import { selectNodes } from '../packages/platform/src/graph/selector.ts';
import { cheapestCut } from '../packages/platform/src/planning/cut/cut.ts';
import { DerivationSearch } from '../packages/platform/src/planning/cut/derivation-search.ts';
import { dominatedGoals } from '../packages/platform/src/planning/cut/dominated-goals.ts';
import type { Solver } from '../packages/platform/src/planning/hitting-set.ts';
import { LeverBook } from '../packages/platform/src/planning/lever-book.ts';
import { observedUse } from '../packages/platform/src/planning/price/observed-use.ts';

export interface Baselines {
  readonly exact: number;
  readonly settledBy: string;
  readonly dominated: number;
  readonly goals: number;
  /** Cuts the shortest way that is left by its cheapest lever, until none is left. */
  readonly greedy: number;
  /** Pulls every lever that takes something away from the compromised node itself; undefined when that does not contain it. */
  readonly named: number | undefined;
}

export function baselines(graph: AttackGraph, start: number, actions: readonly AnyAction[], solver: Solver): Baselines {
  const compromised = [start];
  const before = reach(graph.hypergraph, compromised);
  const goals = selectNodes(graph, 'default').filter((node) => hasBit(before.reached, node) && node !== start);
  const newBook = () =>
    new LeverBook(graph, {
      actions,
      use: observedUse(graph),
      bans: new Set(),
      without: [],
      objective: ({ cost }) => cost,
      withheld: [],
    });
  const book = newBook();
  const exact = cheapestCut({ graph, compromised, before, goals, book, pins: [] }, solver);
  const above = dominatedGoals(graph, compromised, before, goals);

  // Goals that nothing saves are known to both from the beginning: neither pays for them.
  const lost = new Set(exact.exempt.map(({ goal }) => goal));
  const saved = goals.filter((goal) => !lost.has(goal));
  const kept = new Map([...above].filter(([below, upper]) => !lost.has(below) && !lost.has(upper)));
  const greedySearch = new DerivationSearch(graph, compromised, saved, kept, book);
  const pulled = new Set<number>();
  const cost = (levers: Iterable<number>) => [...levers].reduce((sum, at) => sum + book.at(at).price.cost, 0);
  greedySearch.sweep(pulled, before, (levers) => [
    levers.reduce((best, at) => (book.at(at).price.cost < book.at(best).price.cost ? at : best)),
  ]);

  const named = new Set<number>();
  for (const edge of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, compromised)))
    for (const at of book.severing(edge)) named.add(at);
  const namedSearch = new DerivationSearch(graph, compromised, saved, kept, book);
  const contains = namedSearch.isCut(named);
  return {
    exact: exact.cost,
    settledBy: exact.settledBy,
    dominated: exact.dominated,
    goals: goals.length,
    greedy: cost(pulled),
    named: contains ? cost(named) : undefined,
  };
}
