/**
 * Ingest: from a file of a whole cluster to facts that outlive a crash (the history in PostgreSQL) and the graph of them, in edges a
 * second with peak memory, each contender in a process of its own. Others are given the finished edges as numbers: what they do
 * is the last part of what we do. Firebreak's edges are those of its hypergraph, where a group of thousands costs one edge; what
 * they stand for is said too.
 *
 *     node bench/ingest.ts [--pods 25000] [--runs 3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { writeCluster } from './kubernetes-cluster.ts';
import { median, milliseconds, printTable, times } from './measure.ts';
import { measuredRun } from './measured-process.ts';
import { startServer } from './peers/postgresql.ts';

const { values: options } = parseArgs({
  options: { pods: { type: 'string', default: '25000' }, runs: { type: 'string', default: '3' } },
});

interface Ingested {
  readonly missing?: string;
  readonly facts?: number;
  readonly live?: number;
  readonly edges: number;
  readonly distinct?: number;
  readonly reached?: number;
  readonly stages: Readonly<Record<string, number>>;
}

const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
const server = startServer();
try {
  const [cluster, edges] = [join(folder, 'cluster.json'), join(folder, 'edges')];
  await writeCluster(cluster, Number(options.pods));
  const contenders = ['firebreak', 'kuzu', 'postgresql', 'igraph'];
  const runs = new Map<string, { told: Ingested; took: number; peak: number }[]>();
  for (let run = 0; run < Number(options.runs); run += 1)
    for (const contender of contenders) {
      const url = await emptyDatabase(`bench_${run}_${contender}`);
      const args = contender === 'firebreak' ? [cluster, url, edges] : [edges, url];
      const { printed, exitCode, peakMegabytes } = await measuredRun('./ingest-run.ts', [contender, ...args]);
      if (exitCode !== 0) throw new Error(`${contender} ended with exit code ${exitCode}`);
      const told = JSON.parse(printed) as Ingested;
      const took = Object.values(told.stages ?? {}).reduce((sum, each) => sum + each, 0);
      runs.set(contender, [...(runs.get(contender) ?? []), { told, took, peak: peakMegabytes }]);
    }
  report(runs);
} finally {
  server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function emptyDatabase(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

function report(runs: ReadonlyMap<string, readonly { told: Ingested; took: number; peak: number }[]>): void {
  const ours = runs.get('firebreak')?.[0]?.told;
  if (ours === undefined) throw new Error('nothing was measured');
  const reached = new Set([...runs.values()].flatMap((each) => each.flatMap(({ told }) => told.reached ?? [])));
  // A recursive pattern does not count the start itself.
  if (Math.max(...reached) - Math.min(...reached) > 1)
    throw new Error(`what one node reaches: ${[...reached].join(', ')}`);
  console.log(
    `\n${ours.facts?.toLocaleString('en')} facts, ${ours.edges.toLocaleString('en')} edges that stand for ` +
      `${ours.live?.toLocaleString('en')} steps, ${ours.distinct?.toLocaleString('en')} pairs of nodes\n`,
  );
  const took = (each: readonly { took: number }[]) => median(each.map((run) => run.took));
  const rows = [...runs].flatMap(([name, each]) => {
    const [{ told } = { told: ours }] = each;
    if (told.missing !== undefined) return [];
    const time = took(each);
    const stages = Object.keys(told.stages).map(
      (stage) => `${stage} ${milliseconds(median(each.map((run) => run.told.stages[stage] ?? Number.NaN)))}`,
    );
    return [
      [
        name,
        milliseconds(time),
        `${Math.round((told.edges / time) * 1000).toLocaleString('en')}/s`,
        times(time / took(runs.get('firebreak') ?? [])),
        `${median(each.map(({ peak }) => peak)).toLocaleString('en')} MB`,
        stages.join(', '),
      ],
    ];
  });
  printTable(['ingest', 'median', 'edges', 'to firebreak', 'peak memory', 'parts'], rows);
}
