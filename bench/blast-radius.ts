/**
 * Full blast radius at 1 and 10 million edges, side by side in one run: ours, a bare scan of the same arrays, an embedded
 * graph database, PostgreSQL and a graph library in C. What counts are the ratios; the times are this machine's at this minute.
 *
 *     node bench/blast-radius.ts [--edges 1000000,10000000] [--database URL] [--peers-up-to 1000000]
 */
import { parseArgs } from 'node:util';
import { bitset } from '../packages/platform/src/graph/bitset.ts';
import { reach } from '../packages/platform/src/graph/reach.ts';
import { reachMany } from '../packages/platform/src/graph/reach-many.ts';
import { mediansInTurns, milliseconds, printTable, times } from './measure.ts';
import type { Missing, Peer, PeerGraph } from './peers/peer.ts';
import { startPeers } from './peers/peers.ts';
import { seeded, skewed } from './random.ts';
import { bareScan, syntheticGraph } from './synthetic-graph.ts';

const { values: options } = parseArgs({
  options: {
    edges: { type: 'string', default: '1000000,10000000' },
    database: { type: 'string' },
    'peers-up-to': { type: 'string', default: '1000000' },
  },
});

for (const edges of options.edges.split(',').map(Number)) await compare(edges);

async function compare(edges: number): Promise<void> {
  const source = 0;
  const andSteps = Math.floor(edges / 100);
  const { graph, tails, heads } = syntheticGraph(edges, 0);
  const { graph: withAnd } = syntheticGraph(edges, andSteps);
  // `reach` is faster on a graph that knows its incoming edges, and never makes them: these two stay as they are at first.
  const { graph: fresh } = syntheticGraph(edges, 0);
  const { graph: freshWithAnd } = syntheticGraph(edges, andSteps);
  const start = performance.now();
  graph.incoming();
  const madeIncoming = performance.now() - start;
  withAnd.incoming();
  const random = seeded(7);
  const starts = (count: number) => Array.from({ length: count }, () => [skewed(random, graph.nodeCount, 1)]);
  const [word, identities] = [starts(32), starts(500)];
  const nothingCut = { edges: bitset(graph.edgeCount) };
  const reached = reach(graph, [source]).order.length;
  if (bareScan(graph, source) !== reached) throw new Error('ours and the bare scan disagree');

  // The graph with AND-steps has arrays of its own: its bar is the bare scan of these, right before it.
  const plainBar = 'bare typed-array scan';
  const andBar = 'bare scan of a graph with AND-steps, without them';
  const andReach = `firebreak reach, ${andSteps.toLocaleString('en')} AND-steps`;
  const work: Record<string, () => unknown> = {
    [plainBar]: () => bareScan(graph, source),
    'firebreak reach': () => reach(graph, [source]).reached,
    'firebreak reach, incoming edges not known': () => reach(fresh, [source]).reached,
    'firebreak reach under a cut mask': () => reach(graph, [source], { cut: nothingCut }).reached,
    'firebreak, 32 starts at once': () => reachMany(graph, word),
    [andBar]: () => bareScan(withAnd, source),
    [andReach]: () => reach(withAnd, [source]).reached,
    [`${andReach}, incoming edges not known`]: () => reach(freshWithAnd, [source]).reached,
    'firebreak, 32 starts at once, AND-steps': () => reachMany(withAnd, word),
  };
  if (edges <= 1_000_000) work['firebreak, 500 starts, exact'] = () => reachMany(graph, identities);
  const peers = await peersFor({ nodeCount: graph.nodeCount, tails, heads });
  for (const peer of peers) {
    if ('missing' in peer) continue;
    work[peer.name] = () => peer.blast(source);
    const { value: found } = await peer.blast(source);
    // A recursive pattern does not count the start itself.
    if (found < reached - 1 || found > reached) throw new Error(`${peer.name} reaches ${found}, we ${reached}`);
  }
  const medians = await mediansInTurns(edges > 2_000_000 ? 5 : 15, work);
  for (const peer of peers) if ('close' in peer) await peer.close();

  console.log(
    `\n${edges.toLocaleString('en')} edges, ${graph.nodeCount.toLocaleString('en')} nodes, ${reached} reached, ` +
      `incoming edges made in ${milliseconds(madeIncoming)}\n`,
  );
  const ours = medians['firebreak reach'] as number;
  printTable(
    ['full blast radius', 'median', 'to its bare scan', 'to firebreak'],
    Object.entries(medians).map(([name, time]) => {
      const bar = medians[name.includes('AND-steps') ? andBar : plainBar] as number;
      return [name, milliseconds(time), times(time / bar), times(time / ours)];
    }),
  );
  for (const peer of peers) {
    if ('missing' in peer) console.log(`${peer.name}: left out, ${peer.missing}`);
    else console.log(`${peer.name}: loaded in ${milliseconds(peer.loaded)}`);
  }
}

async function peersFor(graph: PeerGraph): Promise<(Peer | Missing)[]> {
  if (graph.tails.length <= Number(options['peers-up-to']))
    return startPeers(graph, options.database ?? process.env.FIREBREAK_DATABASE_URL);
  const missing = `loading takes minutes; ask with --peers-up-to ${graph.tails.length}`;
  return [{ name: 'kuzu, PostgreSQL, igraph', missing }];
}
