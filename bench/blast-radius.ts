/**
 * Full blast radius at 1 and 10 million edges, side by side in one run: ours, a bare scan of the same arrays, an embedded
 * graph database and PostgreSQL. What counts are the ratios; the times are this machine's at this minute.
 *
 *     node bench/blast-radius.ts [--edges 1000000,10000000] [--database URL] [--peers-up-to 1000000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bitset } from '../packages/platform/src/graph/bitset.ts';
import { reach } from '../packages/platform/src/graph/reach.ts';
import { reachMany } from '../packages/platform/src/graph/reach-many.ts';
import { mediansInTurns, milliseconds, printTable, times } from './measure.ts';
import { kuzuBlast } from './peers/kuzu.ts';
import type { PeerGraph, PeerResult } from './peers/peer.ts';
import { postgresqlBlast, type Server, startPostgresql } from './peers/postgresql.ts';
import { seeded, skewed } from './random.ts';
import { bareScan, syntheticGraph } from './synthetic-graph.ts';

const { values: options } = parseArgs({
  options: {
    edges: { type: 'string', default: '1000000,10000000' },
    database: { type: 'string' },
    'peers-up-to': { type: 'string', default: '1000000' },
  },
});
const peersUpTo = Number(options['peers-up-to']);
const source = 0;

for (const edges of options.edges.split(',').map(Number)) await compare(edges);

async function compare(edges: number): Promise<void> {
  const runs = edges > 2_000_000 ? 7 : 21;
  const andSteps = Math.floor(edges / 100);
  const { graph, tails, heads } = syntheticGraph(edges, 0);
  const { graph: withAnd } = syntheticGraph(edges, andSteps);
  const random = seeded(7);
  const starts = Array.from({ length: 32 }, () => [skewed(random, graph.nodeCount, 1)]);
  const nothingCut = { edges: bitset(graph.edgeCount) };

  console.log(`\n${edges.toLocaleString('en')} edges, ${graph.nodeCount.toLocaleString('en')} nodes\n`);
  const medians = mediansInTurns(runs, {
    bare: () => bareScan(graph, source),
    reach: () => reach(graph, [source]).reached,
    cut: () => reach(graph, [source], { cut: nothingCut }).reached,
    'and-steps': () => reach(withAnd, [source]).reached,
    many: () => reachMany(graph, starts),
    'many-and': () => reachMany(withAnd, starts),
  });
  const reached = reach(graph, [source]).order.length;
  const reachedWithAnd = reach(withAnd, [source]).order.length;
  if (bareScan(graph, source) !== reached) throw new Error('ours and the bare scan disagree');

  const against = (time: number) => [milliseconds(time), times(time / medians.bare), times(time / medians.reach)];
  const rows = [
    ['bare typed-array scan', ...against(medians.bare), `${reached}`],
    ['firebreak reach', ...against(medians.reach), `${reached}`],
    ['firebreak reach under a cut mask', ...against(medians.cut), `${reached}`],
    [
      `firebreak reach, with ${andSteps.toLocaleString('en')} AND-steps`,
      ...against(medians['and-steps']),
      `${reachedWithAnd}`,
    ],
    ['firebreak, 32 starts at once', ...against(medians.many), ''],
    ['firebreak, 32 starts at once, with AND-steps', ...against(medians['many-and']), ''],
  ];
  for (const [name, result] of await peerResults({ nodeCount: graph.nodeCount, source, tails, heads })) {
    if ('missing' in result) rows.push([name, result.missing]);
    else {
      rows.push([name, ...against(result.time), `${result.reached}`]);
      // A recursive pattern need not count the start itself.
      if (Math.abs(result.reached - reached) > 1) throw new Error(`${name} reaches ${result.reached}, we ${reached}`);
    }
  }
  printTable(['blast radius', 'median', 'to bare scan', 'to firebreak', 'reached'], rows);
}

async function peerResults(graph: PeerGraph): Promise<[name: string, PeerResult][]> {
  if (graph.tails.length > peersUpTo) {
    const missing = `left out: loading takes minutes; ask with --peers-up-to ${graph.tails.length}`;
    return [
      ['kuzu 0.11.3, embedded', { missing }],
      ['PostgreSQL, recursive CTE', { missing }],
    ];
  }
  const runs = 5;
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
  try {
    return [
      ['kuzu 0.11.3, embedded', await kuzuBlast(graph, folder, runs)],
      ['PostgreSQL, recursive CTE', await withPostgresql((url) => postgresqlBlast(graph, url, runs))],
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withPostgresql(measure: (url: string) => Promise<PeerResult>): Promise<PeerResult> {
  const named = options.database ?? process.env.FIREBREAK_DATABASE_URL;
  if (named !== undefined) return measure(named);
  let server: Server;
  try {
    server = startPostgresql();
  } catch (error) {
    return { missing: `no server: ${(error as Error).message.split('\n', 1)[0]}` };
  }
  try {
    return await measure(server.url);
  } finally {
    server.stop();
  }
}
