/**
 * A needle in haystacks: the one way from a start to a goal among 1,000 and 5,000 dead ends, side by side with other systems in
 * one run. All must find the same way; ours also says its steps, which are walked.
 *
 *     node bench/needle.ts [--dead-ends 1000,5000] [--database URL]
 */
import { parseArgs } from 'node:util';
import { bestDerivations } from '../packages/platform/src/graph/best-derivations.ts';
import { HypergraphBuilder } from '../packages/platform/src/graph/hypergraph.ts';
import { derivationOf, reach } from '../packages/platform/src/graph/reach.ts';
import { mediansInTurns, milliseconds, printTable, times } from './measure.ts';
import { needleGraph } from './needle-graph.ts';
import { mustAgree, present, startPeers } from './peers/peers.ts';

const { values: options } = parseArgs({
  options: { 'dead-ends': { type: 'string', default: '1000,5000' }, database: { type: 'string' } },
});

for (const deadEnds of options['dead-ends'].split(',').map(Number)) {
  const needle = needleGraph(deadEnds);
  const { nodeCount, tails, heads, start, goal, steps } = needle;
  const builder = new HypergraphBuilder();
  builder.addNodes(nodeCount);
  for (const [edge, tail] of tails.entries()) builder.addEdge(tail, heads[edge] as number, 0);
  const { graph } = builder.freeze();
  const costs = new Float64Array(graph.edgeCount).fill(1);
  const shortest = () => derivationOf(graph, reach(graph, [start]), goal);
  // As `firebreak paths` searches: the cheapest way, and others as long as there are any.
  const best = () => bestDerivations(graph, costs, [start], [goal], { limit: 10 });
  const way = shortest();
  let at = start;
  for (const edge of way) {
    if (graph.tailsOf(edge)[0] !== at) throw new Error('the way has a gap');
    at = graph.heads[edge] as number;
  }
  if (at !== goal) throw new Error('the way does not lead to the goal');
  mustAgree('needle', 'the generator', steps, way.length);
  mustAgree('needle', 'the search for paths', best()[0]?.edges.length ?? 0, way.length);

  const work: Record<string, () => unknown> = {
    'firebreak reach, and the way': shortest,
    'firebreak paths, every alternative looked for': best,
  };
  const peers = present(await startPeers(needle, options.database ?? process.env.FIREBREAK_DATABASE_URL));
  for (const peer of peers) {
    mustAgree('needle', peer.name, (await peer.distance(start, goal)).value, way.length);
    work[peer.name] = () => peer.distance(start, goal);
  }
  const medians = await mediansInTurns(3, work);
  for (const peer of peers) await peer.close();
  const ours = medians['firebreak reach, and the way'] as number;
  console.log(
    `\n${deadEnds.toLocaleString('en')} dead ends, ${nodeCount.toLocaleString('en')} nodes, ${tails.length.toLocaleString('en')} edges\n`,
  );
  printTable(
    ['the one way', 'median', 'to firebreak'],
    Object.entries(medians).map(([name, time]) => [name, milliseconds(time), times(time / ours)]),
  );
}
