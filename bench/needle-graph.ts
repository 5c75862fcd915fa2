import { seeded, skewed } from './random.ts';

export interface NeedleGraph {
  readonly nodeCount: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  readonly start: number;
  readonly goal: number;
  /** Steps of the one way. */
  readonly steps: number;
}

/**
 * One way to the goal among dead ends: behind the start lie thickets, each of 40 nodes with 120 steps that lead deeper into it
 * and never out again, and one of them hides a chain of nine steps. Nodes and edges are shuffled: nothing says which.
 */
export function needleGraph(deadEnds: number): NeedleGraph {
  const random = seeded(deadEnds);
  const [size, edgesOfEach, chain] = [40, 120, 8];
  const nodeCount = 1 + deadEnds * size + chain;
  const place = shuffled(
    Int32Array.from({ length: nodeCount }, (_, node) => node),
    random,
  );
  const known = new Set<number>();
  const pairs: [number, number][] = [];
  const add = (tail: number, head: number) => {
    if (tail === head || known.has(tail * nodeCount + head)) return;
    known.add(tail * nodeCount + head);
    pairs.push([place[tail] as number, place[head] as number]);
  };
  for (let end = 0; end < deadEnds; end += 1) {
    const first = 1 + end * size;
    add(0, first);
    for (let edge = 0; edge < edgesOfEach; edge += 1) {
      const head = 1 + skewed(random, size - 1, 1);
      add(first + skewed(random, head, 1), first + head);
    }
  }
  // The chain begins inside of a thicket, at its way in.
  const hiding = 1 + skewed(random, deadEnds, 1) * size;
  for (let step = 0; step < chain; step += 1) {
    const node = 1 + deadEnds * size + step;
    add(step === 0 ? hiding : node - 1, node);
  }
  const order = shuffled(
    Int32Array.from({ length: pairs.length }, (_, edge) => edge),
    random,
  );
  return {
    nodeCount,
    tails: order.map((edge) => pairs[edge]?.[0] as number),
    heads: order.map((edge) => pairs[edge]?.[1] as number),
    start: place[0] as number,
    goal: place[nodeCount - 1] as number,
    steps: chain + 1,
  };
}

function shuffled(items: Int32Array, random: () => number): Int32Array {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = skewed(random, at + 1, 1);
    [items[at], items[other]] = [items[other] as number, items[at] as number];
  }
  return items;
}
