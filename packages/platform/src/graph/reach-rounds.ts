/**
 * The rounds of `reach`, each made in one of two directions.
 *
 * A *forward* round looks at every edge that leaves the frontier, the nodes found in the round before. Once the frontier is
 * large most of these lead to nodes found already, and it is better to ask each node that is still missing whether any edge
 * leads to it from a node that is held: a *backward* round, which leaves off at the first edge that does. The idea, and the
 * rule by which to choose, are from S. Beamer, K. Asanović and D. Patterson, "Direction-Optimizing Breadth-First Search",
 * SC 2012. It asks for the edges by head, which are costly to make and are therefore used only if the graph has them.
 *
 * What must stay true:
 *
 * - **Direction changes the time and nothing else**, so that an answer does not depend on what was asked of the graph before.
 *   A node that a plain edge from the frontier leads to is found by the lowest of these edges: in a forward round because
 *   the frontier is passed in ascending order and edges are numbered by tail, in a backward round because the edges into a
 *   node ascend. (Edges from what was held before the frontier do not count, and need not be told apart: had they not been
 *   cut, the node would have been found by them.) What follows in a round, see reach-pass.ts, is the same code for both.
 * - A backward round that `byWork` chooses costs at most a constant times what the forward round would have, hence all
 *   rounds together O(edges): an edge into a missing node comes from a node that is missing too, or from the frontier.
 *   (Or it is cut: these alone are looked at again in every backward round.)
 *
 * The ascending frontier matters more for the time than the direction does: the edges of neighbours lie next to each other,
 * so a large frontier reads them in one sweep, where the order of discovery would fetch each node's from somewhere else.
 */
import { type Bitset, bitset, hasBit, removeBits } from './bitset.ts';
import type { Incoming } from './hypergraph.ts';
import type { Pass } from './reach-pass.ts';

/**
 * Chooses the direction of a round.
 *
 * @param frontier how many plain edges leave the frontier
 * @param unexplored how many leave nodes that are not found, or hubs
 * @returns whether to look backward
 */
export type ChooseDirection = (frontier: number, unexplored: number, nodeCount: number) => boolean;

/** How many times the edges of the frontier a backward round may have before it, most of which it will not look at; Beamer's α. */
const advantage = 14;

/** Beamer's rule. Passing over the nodes that are not missing is work too, so they count here. */
export const byWork: ChooseDirection = (frontier, unexplored, nodeCount) =>
  frontier * advantage > unexplored + nodeCount;

/** Makes rounds until one finds nothing, from the sources that the pass has found. */
export function makeRounds(pass: Pass, chooseBackward: ChooseDirection): void {
  const { nodeCount, plainCount, knownIncoming } = pass.graph;
  let unexplored = plainCount;
  while (pass.settle()) {
    const frontier = knownIncoming === undefined ? 0 : edgesFromFrontier(pass);
    unexplored -= frontier;
    if (knownIncoming !== undefined && chooseBackward(frontier, unexplored, nodeCount)) {
      lookBackward(pass, knownIncoming);
    } else {
      lookForward(pass);
    }
    pass.takeAndSteps();
  }
}

function edgesFromFrontier({ graph: { offsets }, order, frontierStart, frontierEnd }: Pass): number {
  let count = 0;
  for (let at = frontierStart; at < frontierEnd; at += 1) {
    const node = order[at] as number;
    count += (offsets[node + 1] as number) - (offsets[node] as number);
  }
  return count;
}

/** Takes every plain edge that leaves the frontier. */
function lookForward(pass: Pass): void {
  const { graph, closed, order, found, arrivals, frontierStart, frontierEnd } = pass;
  const { offsets, heads, hubs } = graph;
  const cut = pass.cut?.edges;
  const partial: number[] = [];
  let count = pass.count;
  for (let at = frontierStart; at < frontierEnd; at += 1) {
    const tail = order[at] as number;
    const end = offsets[tail + 1] as number;
    for (let edge = offsets[tail] as number; edge < end; edge += 1) {
      const head = heads[edge] as number;
      const word = closed[head >>> 5] as number;
      const bit = 1 << (head & 31);
      if ((word & bit) !== 0) continue;
      if (cut !== undefined && ((cut[edge >>> 5] as number) & (1 << (edge & 31))) !== 0) {
        if (pass.cut?.pairs?.has(edge)) partial.push(edge);
        continue;
      }
      closed[head >>> 5] = word | bit;
      found[count] = head;
      arrivals[count] = edge;
      count += 1;
      if (((hubs[head >>> 5] as number) & bit) !== 0) pass.hubs.push(head);
    }
  }
  pass.count = count;
  for (const edge of partial) pass.take(edge);
}

/** Finds the same by asking every node that is missing for the first edge that leads to it. */
function lookBackward(pass: Pass, incoming: Incoming): void {
  const { graph, closed, found, arrivals } = pass;
  const { offsets, edges, from } = incoming;
  const cut = pass.cut?.edges;
  const held = heldBefore(pass);
  let count = pass.count;
  for (let index = 0; index < closed.length; index += 1) {
    let missing = ~(closed[index] as number);
    while (missing !== 0) {
      const bit = missing & -missing;
      missing ^= bit;
      const node = index * 32 + 31 - Math.clz32(bit);
      if (node >= graph.nodeCount) break;
      const end = offsets[node + 1] as number;
      for (let at = offsets[node] as number; at < end; at += 1) {
        const tail = from[at] as number;
        if (((held[tail >>> 5] as number) & (1 << (tail & 31))) === 0) continue;
        const edge = edges[at] as number;
        if (cut !== undefined && ((cut[edge >>> 5] as number) & (1 << (edge & 31))) !== 0) continue;
        closed[index] = (closed[index] as number) | bit;
        found[count] = node;
        arrivals[count] = edge;
        count += 1;
        if (((graph.hubs[index] as number) & bit) !== 0) pass.hubs.push(node);
        break;
      }
    }
  }
  pass.count = count;
  // Those that older frontiers have taken already find nothing new.
  const partial = [...(pass.cut?.pairs?.keys() ?? [])].filter(
    (edge) => edge < graph.plainCount && hasBit(held, incoming.tails[edge] as number),
  );
  for (const edge of partial.sort((a, b) => a - b)) pass.take(edge);
}

/**
 * The nodes that are held when a round begins. One bit longer than there are nodes: nobody holds what stands for the tail of
 * an AND-step, see `Incoming.from`. Hubs are in it and do no harm: a member that is missing was cut off from its hub.
 */
function heldBefore({ graph, closed, without }: Pass): Bitset {
  const held = bitset(graph.nodeCount + 1);
  held.set(closed);
  removeBits(held, without);
  return held;
}
