/**
 * Finds attack derivations that survive what was pulled, and asks edge rules for levers only where a derivation passes. What
 * the cut is made of: rows (the levers of one derivation, one of which any cut must pull) and goals that nothing saves.
 *
 * What must stay true:
 * - A surviving derivation is always real: an edge whose levers nobody asked for yet counts as passable until its rule has
 *   been asked. So the search may do too much, and never misses a way through.
 * - A goal that another wanted goal dominates needs no attention: whoever never holds the one never holds the other. It is
 *   wanted again as soon as the other turns out to be past saving.
 * - Deterministic: goals by hops then number, levers in the order in which they are met.
 */
import type { AttackGraph, GraphEdge } from '../../graph/attack-graph.ts';
import { addBit, bitset, hasBit } from '../../graph/bitset.ts';
import { derivationSteps } from '../../graph/derivation-steps.ts';
import type { Cut } from '../../graph/hypergraph.ts';
import { type Reach, reach } from '../../graph/reach.ts';
import type { LeverBook } from '../lever-book.ts';

export interface Row {
  readonly goal: number;
  /** Lever indices of the book; any cut pulls one of them. */
  readonly levers: readonly number[];
}

/** Goals looked at in one round, at least; more only makes rounds longer, not fewer. */
const goalsARound = 64;

export class DerivationSearch {
  readonly #graph: AttackGraph;
  readonly #compromised: readonly number[];
  readonly #book: LeverBook;
  readonly #met = new Map<string, { readonly edge: GraphEdge; readonly levers: readonly number[] }>();
  readonly #exempt = new Map<number, readonly GraphEdge[]>();
  readonly #rows: Row[] = [];
  /** By goal, the nearest goal that dominates it. */
  readonly #above: ReadonlyMap<number, number>;
  #wanted: number[];

  constructor(
    graph: AttackGraph,
    compromised: readonly number[],
    goals: readonly number[],
    above: ReadonlyMap<number, number>,
    book: LeverBook,
  ) {
    this.#graph = graph;
    this.#compromised = compromised;
    this.#book = book;
    this.#above = above;
    this.#wanted = goals.filter((goal) => !above.has(goal));
  }

  /** Goals that no lever at hand protects, each with a derivation that nothing cuts. */
  get exempt(): ReadonlyMap<number, readonly GraphEdge[]> {
    return this.#exempt;
  }

  /** What any cut must hit. Derivations found for a goal before it turned out to be past saving cost nothing. */
  get rows(): readonly Row[] {
    return this.#rows.filter(({ goal }) => !this.#exempt.has(goal));
  }

  /** What is reached once these levers are pulled, as far as edges were asked. */
  reachedUnder(pulled: ReadonlySet<number>): Reach {
    return reach(this.#graph.hypergraph, this.#compromised, { cut: this.#cutOf(pulled) });
  }

  /**
   * Finds derivations that survive `pulled` and pulls what `take` says of each, until none survives.
   *
   * @param take given a derivation's levers, none of them pulled: at least one of them
   * @returns what is reached in the end
   */
  sweep(pulled: Set<number>, start: Reach, take: (levers: readonly number[]) => Iterable<number>): Reach {
    for (let now = start; ; now = this.reachedUnder(pulled)) {
      const known = this.#met.size + pulled.size + this.#exempt.size;
      const open = this.#open(now);
      if (open.length === 0) return now;
      for (const goal of open.slice(0, Math.max(goalsARound, open.length >>> 3))) {
        const levers = this.#leversOn(derivationSteps(this.#graph, now, goal), goal);
        // Asking its rules showed that a pulled lever severs it after all, or an earlier goal of this round pulled one.
        if (levers === undefined || levers.some((lever) => pulled.has(lever))) continue;
        this.#rows.push({ goal, levers });
        for (const lever of take(levers)) pulled.add(lever);
      }
      // Whatever survives teaches something; if it did not, this would go on for ever.
      if (this.#met.size + pulled.size + this.#exempt.size === known)
        throw new Error('a derivation survived the levers that sever it');
    }
  }

  /** Whether every goal that can be saved is saved. A derivation that survives becomes a row. */
  isCut(pulled: ReadonlySet<number>): boolean {
    for (;;) {
      const known = this.#met.size + this.#exempt.size;
      const now = this.reachedUnder(pulled);
      const [goal] = this.#open(now);
      if (goal === undefined) return true;
      const levers = this.#leversOn(derivationSteps(this.#graph, now, goal), goal);
      if (levers !== undefined && !levers.some((lever) => pulled.has(lever))) {
        this.#rows.push({ goal, levers });
        return false;
      }
      if (this.#met.size + this.#exempt.size === known)
        throw new Error('a derivation survived the levers that sever it');
    }
  }

  /** Every edge that was asked, between what is still held and what is not: severed, and by which of the levers. */
  severed(chosen: ReadonlySet<number>, after: Reach): { readonly edge: GraphEdge; readonly by: readonly number[] }[] {
    return (
      [...this.#met.values()]
        .map(({ edge, levers }) => ({ edge, by: levers.filter((lever) => chosen.has(lever)) }))
        .filter(({ by }) => by.length > 0)
        // What leads to something that is reached all the same is not claimed: another way of the same step may go there.
        .filter(({ edge }) => !hasBit(after.reached, edge.head))
        .filter(({ edge }) => edge.tails.every((tail) => hasBit(after.reached, tail)))
    );
  }

  #open(now: Reach): number[] {
    return this.#wanted
      .filter((goal) => hasBit(now.reached, goal))
      .sort((a, b) => (now.hops[a] ?? 0) - (now.hops[b] ?? 0) || a - b);
  }

  /** The levers on a derivation; undefined when there is none, and then the goal is past saving. */
  #leversOn(derivation: readonly GraphEdge[], goal: number): readonly number[] | undefined {
    const levers = [...new Set(derivation.flatMap((edge) => this.#leversOf(edge)))];
    if (levers.length > 0) return levers;
    this.#exempt.set(goal, derivation);
    const freed = [...this.#above].filter(([, above]) => above === goal).map(([below]) => below);
    this.#wanted = [...this.#wanted.filter((other) => other !== goal), ...freed];
    return undefined;
  }

  #leversOf(edge: GraphEdge): readonly number[] {
    const key = `${edge.edge}:${edge.membership}`;
    let known = this.#met.get(key);
    if (known === undefined) {
      known = { edge, levers: this.#book.severing(edge) };
      this.#met.set(key, known);
    }
    return known.levers;
  }

  /** The edges that the pulled levers sever, as far as their rules were asked. */
  #cutOf(pulled: ReadonlySet<number>): Cut {
    const edges = bitset(this.#graph.hypergraph.edgeCount);
    const pairs = new Map<number, Set<number>>();
    for (const { edge, levers } of this.#met.values()) {
      if (!levers.some((lever) => pulled.has(lever))) continue;
      addBit(edges, edge.edge);
      if (edge.membership === -1) continue;
      const members = pairs.get(edge.edge);
      if (members === undefined) pairs.set(edge.edge, new Set([edge.membership]));
      else members.add(edge.membership);
    }
    return { edges, pairs };
  }
}
