/**
 * Chokepoints: single nodes without which the attacker does not get to a goal.
 *
 * In a graph of plain edges these are the dominators: n dominates g when every path from the sources to g passes n. All are
 * read off one tree. With AND-steps "every path" becomes "every derivation", and it is no tree any more: a goal that needs
 * both a and b is guarded by a, by b and by all that guards either. What is done about it, and why the answer is exact:
 *
 * 1. *The tree is sound.* It is made from a plain graph in which each AND-step leads from one of its tails alone. Whatever
 *    could be reached can be reached there too, with or without n. So when n cuts g off there, it does so in truth: every
 *    chokepoint that the tree shows is one.
 * 2. *The tree is complete where no AND-step can matter*, that is for goals that are not behind the head of one: all
 *    derivations of such a goal are paths, and the same in both graphs.
 * 3. *For goals behind an AND-step the rest is tried.* A chokepoint is in every derivation, hence in the one that we have. So
 *    the nodes of one derivation are all the candidates, and each that the tree has not proved is tried: is the goal still
 *    reached without it? 32 are tried in one pass.
 *
 * A source is never reported: that the attacker holds it is where the question starts. Nor is a goal as its own chokepoint,
 * nor a hub, which nobody can hold or take away.
 */
import { hasBit } from './bitset.ts';
import { type DominatorTree, dominatorTree } from './dominators.ts';
import type { Hypergraph } from './hypergraph.ts';
import { derivationOf, type Reach, reach } from './reach.ts';
import { type NodeBits, spread } from './reach-many.ts';

export interface Chokepoint {
  readonly node: number;
  /** How many goals besides itself are out of reach without it. */
  readonly guards: number;
}

/** Every chokepoint between the sources and the goals that they reach, most guarding first, then by node number. */
export function chokepoints(graph: Hypergraph, sources: readonly number[], goals: Iterable<number>): Chokepoint[] {
  const reached = reach(graph, sources);
  const held = new Set(sources);
  const wanted = [...new Set(goals)].filter((goal) => hasBit(reached.reached, goal) && !held.has(goal));
  const tree = dominatorTree(graph, sources, reached);

  const guards = goalsBelow(tree, wanted);
  for (const [node, number] of guardsByTrial(graph, sources, reached, tree, wanted)) {
    guards.set(node, (guards.get(node) ?? 0) + number);
  }
  return [...guards]
    .filter(([node]) => !held.has(node) && !hasBit(graph.hubs, node))
    .map(([node, number]) => ({ node, guards: number }))
    .sort((a, b) => b.guards - a.guards || a.node - b.node);
}

/** By node, how many goals besides itself it dominates; nodes that dominate none are left out. */
function goalsBelow(tree: DominatorTree, goals: readonly number[]): Map<number, number> {
  const isGoal = new Set(goals);
  const below = new Map<number, number>();
  for (let at = tree.order.length - 1; at >= 0; at -= 1) {
    const node = tree.order[at] as number;
    const parent = tree.parents[node] as number;
    const number = (below.get(node) ?? 0) + (isGoal.has(node) ? 1 : 0);
    if (parent >= 0 && number > 0) below.set(parent, (below.get(parent) ?? 0) + number);
  }
  return below;
}

/** What the tree cannot know: by node, how many goals behind AND-steps it guards beyond those that it dominates. */
function guardsByTrial(
  graph: Hypergraph,
  sources: readonly number[],
  reached: Reach,
  tree: DominatorTree,
  goals: readonly number[],
): Map<number, number> {
  const behind = reach(graph, headsOfAndSteps(graph, reached)).reached;
  const goalsOf = new Map<number, number[]>();
  for (const goal of goals) {
    if (!hasBit(behind, goal)) continue;
    const proved = new Set([goal, ...sources]);
    for (let node = tree.parents[goal] as number; node >= 0; node = tree.parents[node] as number) proved.add(node);
    for (const edge of derivationOf(graph, reached, goal)) {
      const node = graph.heads[edge] as number;
      if (proved.has(node) || hasBit(graph.hubs, node)) continue;
      const known = goalsOf.get(node);
      if (known === undefined) goalsOf.set(node, [goal]);
      else known.push(goal);
    }
  }
  const guards = new Map<number, number>();
  const candidates = [...goalsOf.keys()];
  for (let first = 0; first < candidates.length; first += 32) {
    const tried = candidates.slice(first, first + 32);
    const all = sources.map((source): NodeBits => [source, -1]);
    const without = spread(
      graph,
      all,
      tried.map((node, bit): NodeBits => [node, 1 << bit]),
    );
    tried.forEach((node, bit) => {
      const lost = (goalsOf.get(node) ?? []).filter((goal) => (((without[goal] as number) >>> bit) & 1) === 0);
      if (lost.length > 0) guards.set(node, lost.length);
    });
  }
  return guards;
}

function headsOfAndSteps(graph: Hypergraph, reached: Reach): Set<number> {
  const heads = new Set<number>();
  for (let edge = graph.plainCount; edge < graph.edgeCount; edge += 1) {
    if ([...graph.tailsOf(edge)].every((tail) => hasBit(reached.reached, tail))) heads.add(graph.heads[edge] as number);
  }
  return heads;
}
