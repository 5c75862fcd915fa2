import { type Hypergraph, HypergraphBuilder } from '../packages/platform/src/graph/hypergraph.ts';
import { seeded, skewed } from './random.ts';

export interface SyntheticGraph {
  readonly graph: Hypergraph;
  /** The edges with one tail, for systems that know no other. */
  readonly tails: Int32Array;
  readonly heads: Int32Array;
}

/**
 * A graph with the shape of an attack graph: ten edges a node, a few nodes with very many (degrees fall off as a power, on
 * both sides), forty edge types. The same for the same numbers.
 *
 * @param andSteps how many edges on top need two holdings
 */
export function syntheticGraph(edgeCount: number, andSteps: number): SyntheticGraph {
  const random = seeded(20_260_101);
  const nodeCount = Math.floor(edgeCount / 10);
  const builder = new HypergraphBuilder();
  builder.addNodes(nodeCount);
  const tails = new Int32Array(edgeCount);
  const heads = new Int32Array(edgeCount);
  for (let edge = 0; edge < edgeCount; edge += 1) {
    tails[edge] = skewed(random, nodeCount, 2);
    heads[edge] = skewed(random, nodeCount, 2);
    builder.addEdge(tails[edge] as number, heads[edge] as number, edge % 40);
  }
  for (let step = 0; step < andSteps; step += 1) {
    const needs = [skewed(random, nodeCount, 1), skewed(random, nodeCount, 1)];
    builder.addEdge(needs, skewed(random, nodeCount, 1), step % 40);
  }
  return { graph: builder.freeze().graph, tails, heads };
}

/**
 * The bar: breadth-first search over the same arrays with nothing but a byte per node and a queue. No AND-steps, no cuts,
 * no groups, no trace of how a node was reached.
 *
 * @returns how many nodes are reached
 */
export function bareScan(graph: Pick<Hypergraph, 'nodeCount' | 'offsets' | 'heads'>, source: number): number {
  const { nodeCount, offsets, heads } = graph;
  const seen = new Uint8Array(nodeCount);
  const queue = new Int32Array(nodeCount);
  seen[source] = 1;
  queue[0] = source;
  let found = 1;
  for (let next = 0; next < found; next += 1) {
    const tail = queue[next] as number;
    const end = offsets[tail + 1] as number;
    for (let edge = offsets[tail] as number; edge < end; edge += 1) {
      const head = heads[edge] as number;
      if (seen[head] !== 0) continue;
      seen[head] = 1;
      queue[found] = head;
      found += 1;
    }
  }
  return found;
}
