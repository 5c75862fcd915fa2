/**
 * Who reaches what, exactly, for many starts and goals at once: a table of bits, one row a start. 32 starts share one pass over
 * the graph, and of each pass only the goals' words are kept, so that memory is starts × goals bits however large the graph is.
 */
import { type Bitset, hasBit } from '../graph/bitset.ts';
import type { Hypergraph } from '../graph/hypergraph.ts';
import { type ReachOptions, reverseReach } from '../graph/reach.ts';
import { type NodeBits, spread } from '../graph/reach-many.ts';

export interface ReachTable {
  /** Whether the start at this place reaches the goal at that place. What is both start and goal counts as out of reach of itself. */
  has(start: number, goal: number): boolean;
  /** Places of the goals that the start at this place reaches, ascending. */
  reachedFrom(start: number): number[];
}

/** @param starts node numbers, each a start of its own */
export function reachTable(
  graph: Hypergraph,
  starts: readonly number[],
  goals: readonly number[],
  options: ReachOptions = {},
): ReachTable {
  const relevant = reverseReach(graph, goals, options);
  // Whoever cannot even reach a goal if every step needed one holding only costs no pass.
  const able = starts.flatMap((node, place) => (hasBit(relevant, node) ? [place] : []));
  const barred = options.without === undefined ? [] : barredNodes(graph, options.without);
  const rowOf = new Int32Array(starts.length).fill(-1);
  const words: Uint32Array[] = [];
  for (let first = 0; first < able.length; first += 32) {
    const some = able.slice(first, first + 32);
    for (const [bit, place] of some.entries()) rowOf[place] = first + bit;
    const given = some.map((place, bit): NodeBits => [starts[place] as number, 1 << bit]);
    const held = spread(graph, given, barred, options.cut);
    words.push(Uint32Array.from(goals, (goal) => held[goal] as number));
  }
  const has = (start: number, goal: number): boolean => {
    const row = rowOf[start] as number;
    if (row < 0 || starts[start] === goals[goal]) return false;
    return ((((words[row >>> 5] as Uint32Array)[goal] as number) >>> (row & 31)) & 1) === 1;
  };
  return {
    has,
    reachedFrom: (start) => {
      const found: number[] = [];
      if ((rowOf[start] as number) < 0) return found;
      for (let goal = 0; goal < goals.length; goal += 1) if (has(start, goal)) found.push(goal);
      return found;
    },
  };
}

function barredNodes(graph: Hypergraph, without: Bitset): NodeBits[] {
  const barred: NodeBits[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) if (hasBit(without, node)) barred.push([node, -1]);
  return barred;
}
