/**
 * Relations between nodes, exactly as the graph's own `reach` has them, answered for whole sets at once.
 *
 * "x reaches y" is meant of x alone: what somebody gets who holds x and nothing else. A node reaches itself, in no step. Along
 * plain edges a set of nodes is answered by one breadth-first search, backwards from the goals. AND-steps break that: going
 * backwards, nobody knows yet whether the other holdings will be there. So the search is made twice, without AND-steps (what
 * it finds is certain) and as if one holding were enough (what it misses is certain too). What lies between is tried, 32 nodes
 * in one pass, and each result settles others: whoever reaches a node that succeeds succeeds, and what is reached from a node
 * that fails fails. In a graph whose AND-steps are few nothing or little lies between.
 *
 * Entering and leaving a hub is one step, as everywhere.
 */
import { FirebreakError } from '@firebreak/contract';
import { addBit, type Bitset, bitset, bitsetOf, hasBit, membersOf } from '../../graph/bitset.ts';
import type { Hypergraph } from '../../graph/hypergraph.ts';
import { reach, reverseReach } from '../../graph/reach.ts';
import { type NodeBits, spread } from '../../graph/reach-many.ts';
import { addAll, both, minus } from './node-sets.ts';

/** Passes over the graph that the exact answer to one relation may take. */
const maxPasses = 400;

/** Those of `among` that reach a goal within so many steps. */
export function reaching(
  hypergraph: Hypergraph,
  goals: Bitset,
  among: Bitset,
  within = Number.POSITIVE_INFINITY,
): Bitset {
  const certain = backward(hypergraph, goals, within, false);
  const possible = backward(hypergraph, goals, within, true);
  const open = minus(both(possible, among), certain);
  if (within === Number.POSITIVE_INFINITY) settleReaching(hypergraph, goals, certain, open);
  else {
    const passes = new Passes();
    for (const start of membersOf(open)) {
      passes.take();
      const { hops } = reach(hypergraph, [start]);
      if (someMember(goals, (goal) => (hops[goal] as number) >= 0 && (hops[goal] as number) <= within))
        addBit(certain, start);
    }
  }
  return both(certain, among);
}

/** Those of `among` that one of the starts, each alone, reaches within so many steps. */
export function reachedBy(
  hypergraph: Hypergraph,
  starts: Bitset,
  among: Bitset,
  within = Number.POSITIVE_INFINITY,
): Bitset {
  const certain = forward(hypergraph, starts, within);
  const { hops, order } = reach(hypergraph, membersOf(starts));
  const together = bitset(hypergraph.nodeCount);
  for (const node of order) if ((hops[node] as number) <= within) addBit(together, node);
  const open = minus(both(together, among), certain);
  if (isEmpty(open)) return both(certain, among);

  const able = both(reverseReach(hypergraph, membersOf(open)), starts);
  const passes = new Passes();
  if (within === Number.POSITIVE_INFINITY) {
    for (const some of inWords(able)) {
      passes.take();
      const held = spread(
        hypergraph,
        some.map((node, bit): NodeBits => [node, 1 << bit]),
      );
      for (const node of membersOf(open)) if (held[node] !== 0) addBit(certain, node);
    }
  } else {
    for (const start of membersOf(able)) {
      passes.take();
      const alone = reach(hypergraph, [start]).hops;
      for (const node of membersOf(open)) {
        if ((alone[node] as number) >= 0 && (alone[node] as number) <= within) addBit(certain, node);
      }
    }
  }
  return both(certain, among);
}

/** Decides what is open about `reaching`, in place: what is found to reach a goal is added to `certain`. */
function settleReaching(graph: Hypergraph, goals: Bitset, certain: Bitset, open: Bitset): void {
  const passes = new Passes();
  while (!isEmpty(open)) {
    passes.take();
    const tried = first32(open);
    const held = spread(
      graph,
      tried.map((node, bit): NodeBits => [node, 1 << bit]),
    );
    let succeeded = 0;
    for (const goal of membersOf(goals)) succeeded |= held[goal] as number;
    const successes = tried.filter((_, bit) => ((succeeded >>> bit) & 1) === 1);
    if (successes.length > 0)
      addAll(certain, backward(graph, bitsetOf(graph.nodeCount, successes), Number.POSITIVE_INFINITY, false));
    const failed = ~succeeded;
    for (const node of membersOf(open)) {
      const fails = tried.length === 32 ? failed : failed & ((1 << tried.length) - 1);
      if (hasBit(certain, node) || ((held[node] as number) & fails) !== 0) removeBit(open, node);
    }
  }
}

/** Nodes from which some way of plain edges leads to a goal; with `generous`, an AND-step is passed from any of its tails. */
function backward(graph: Hypergraph, goals: Bitset, within: number, generous: boolean): Bitset {
  const { plainCount, hubs } = graph;
  const { offsets, edges, from } = graph.incoming();
  const seen = goals.slice();
  let round = [...membersOf(goals)];
  for (let step = 0; round.length > 0; step += 1) {
    const next: number[] = [];
    const add = (node: number) => {
      if (hasBit(seen, node)) return;
      addBit(seen, node);
      // A hub lies between two nodes that are one step apart: it is passed within the round.
      if (hasBit(hubs, node)) round.push(node);
      else next.push(node);
    };
    // At the last round only hubs could still be passed, and they lead nowhere any more.
    if (step >= within) break;
    for (let index = 0; index < round.length; index += 1) {
      const head = round[index] as number;
      for (let at = offsets[head] as number; at < (offsets[head + 1] as number); at += 1) {
        const edge = edges[at] as number;
        if (edge < plainCount) add(from[at] as number);
        else if (generous) for (const tail of graph.tailsOf(edge)) add(tail);
      }
    }
    round = next;
  }
  return seen;
}

/** Nodes to which some way of plain edges leads from a start. */
function forward(graph: Hypergraph, starts: Bitset, within: number): Bitset {
  const { offsets, heads, hubs } = graph;
  const seen = starts.slice();
  let round = [...membersOf(starts)];
  for (let step = 0; step < within && round.length > 0; step += 1) {
    const next: number[] = [];
    for (let index = 0; index < round.length; index += 1) {
      const tail = round[index] as number;
      for (let edge = offsets[tail] as number; edge < (offsets[tail + 1] as number); edge += 1) {
        const head = heads[edge] as number;
        if (hasBit(seen, head)) continue;
        addBit(seen, head);
        if (hasBit(hubs, head)) round.push(head);
        else next.push(head);
      }
    }
    round = next;
  }
  return seen;
}

/** Counts what an answer costs. */
class Passes {
  #left = maxPasses;
  take(): void {
    this.#left -= 1;
    if (this.#left < 0)
      throw new FirebreakError(
        'FB-QUERY-COSTLY',
        `Too many nodes depend on steps that need several holdings; ${maxPasses} passes did not settle them.`,
      );
  }
}

function first32(set: Bitset): number[] {
  const found: number[] = [];
  for (const member of membersOf(set)) {
    found.push(member);
    if (found.length === 32) break;
  }
  return found;
}

function* inWords(set: Bitset): Generator<number[]> {
  let word: number[] = [];
  for (const member of membersOf(set)) {
    word.push(member);
    if (word.length < 32) continue;
    yield word;
    word = [];
  }
  if (word.length > 0) yield word;
}

function someMember(set: Bitset, test: (member: number) => boolean): boolean {
  for (const member of membersOf(set)) if (test(member)) return true;
  return false;
}

function isEmpty(set: Bitset): boolean {
  return set.every((word) => word === 0);
}

function removeBit(set: Bitset, member: number): void {
  set[member >>> 5] = (set[member >>> 5] as number) & ~(1 << (member & 31));
}
