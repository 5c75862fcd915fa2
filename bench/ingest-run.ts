/**
 * One contender of `ingest.ts`, in a process of its own so that its memory can be told apart. Prints
 * `{"edges": …, "stages": {"…": milliseconds}}`.
 *
 *     node bench/ingest-run.ts firebreak CLUSTER.json DATABASE EDGES   reads the file, records the facts, derives, writes the edges
 *     node bench/ingest-run.ts kuzu|postgresql|igraph EDGES DATABASE   loads these edges
 */
import { readFileSync, writeFileSync } from 'node:fs';
import kubernetes from '../packages/platform/src/connectors/kubernetes/index.ts';
import { collectEstate } from '../packages/platform/src/facts/collect.ts';
import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../packages/platform/src/graph/nodes/index.ts';
import { openStorage } from '../packages/platform/src/storage/storage.ts';
import { igraphPeer } from './peers/igraph.ts';
import { kuzuPeer } from './peers/kuzu.ts';
import type { PeerGraph } from './peers/peer.ts';
import { postgresqlPeer } from './peers/postgresql.ts';
import { plainEdges } from './plain-edges.ts';
import { bareScan } from './synthetic-graph.ts';

const [contender = '', ...args] = process.argv.slice(2);
console.log(JSON.stringify(contender === 'firebreak' ? await ingest(args) : await load(args)));

async function ingest([file = '', url = '', edgesFile = '']: readonly string[]) {
  const stages: Record<string, number> = {};
  const stage = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const made = await work();
    stages[name] = performance.now() - start;
    return made;
  };
  const storage = await openStorage({ url });
  try {
    const { estate } = await stage('read', () =>
      collectEstate(kubernetes, kubernetes.parse(file), new AbortController().signal),
    );
    await stage('record', () => storage.factHistory.record('bench', estate, new Date(0)));
    const graph: AttackGraph = await stage('derive', () => deriveGraph(estate, nodeRules, edgeRules));
    const { nodeCount, tails, heads } = plainEdges(graph);
    writeFileSync(
      edgesFile,
      Buffer.concat([Int32Array.of(nodeCount), tails, heads].map(({ buffer }) => Buffer.from(buffer))),
    );
    const { edgeCount } = graph.hypergraph;
    const reached = bareScan(graph.hypergraph, 0);
    return { facts: estate.size, edges: edgeCount, distinct: tails.length, live: graph.edgeCount, reached, stages };
  } finally {
    await storage.close();
  }
}

async function load([edgesFile = '', url]: readonly string[]) {
  const bytes = readFileSync(edgesFile);
  const numbers = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const half = (numbers.length - 1) / 2;
  const graph: PeerGraph = {
    nodeCount: numbers[0] as number,
    tails: numbers.slice(1, 1 + half),
    heads: numbers.slice(1 + half),
  };
  const start = { kuzu: kuzuPeer, igraph: igraphPeer, postgresql: () => postgresqlPeer(graph, url, 'durable') }[
    contender
  ];
  const peer = await start?.(graph);
  if (peer === undefined) throw new Error(`there is no contender ${contender}`);
  if ('missing' in peer) return peer;
  const reached = (await peer.blast(0)).value;
  await peer.close();
  return { edges: half, reached, stages: { load: peer.loaded } };
}
