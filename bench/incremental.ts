/**
 * One percent of 200,000 assets changes: the graph brought up to date, side by side in one run with deriving all of it anew and with
 * other systems that are told which edges go and which come. That is the smaller part of the work, for nobody tells us: they get
 * it from us. After each change the graph is compared with the one from scratch, to the last fact that an edge cites, and each
 * peer must count the same edges and reach the same nodes.
 *
 *     node bench/incremental.ts [--pods 18000] [--pipelines 6400] [--rounds 3] [--database URL]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Estate } from '@firebreak/contract';
import kubernetes from '../packages/platform/src/connectors/kubernetes/index.ts';
import { changeEstate } from '../packages/platform/src/facts/changes.ts';
import { collectEstate } from '../packages/platform/src/facts/collect.ts';
import { estateOf } from '../packages/platform/src/facts/estate.ts';
import { factsOf, joinEstates } from '../packages/platform/src/facts/join-estates.ts';
import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../packages/platform/src/graph/edges/index.ts';
import { GraphKeeper } from '../packages/platform/src/graph/graph-keeper.ts';
import { nodeRules } from '../packages/platform/src/graph/nodes/index.ts';
import { pipeline } from './data-platform.ts';
import { type Changing, everywhere, retraining, rollout } from './estate-changes.ts';
import { writeCluster } from './kubernetes-cluster.ts';
import { clearMemory, median, milliseconds, printTable, times } from './measure.ts';
import { mustAgree, present, startPeers } from './peers/peers.ts';
import { packed, plainEdges, unpacked } from './plain-edges.ts';
import { mustBeSame } from './same-graph.ts';
import { bareScan } from './synthetic-graph.ts';

const { values: options } = parseArgs({
  options: {
    pods: { type: 'string', default: '18000' },
    pipelines: { type: 'string', default: '6400' },
    rounds: { type: 'string', default: '3' },
    database: { type: 'string' },
  },
});
const pipelines = Number(options.pipelines);

let estate = await firstEstate();
const keeper = new GraphKeeper(nodeRules, edgeRules);
let graph = keeper.graphOf(estate);
console.log(
  `${estate.size.toLocaleString('en')} facts, ${graph.nodeCount.toLocaleString('en')} assets, ` +
    `${graph.hypergraph.edgeCount.toLocaleString('en')} edges`,
);

// Peers know numbers only, and a node keeps its own.
const numbers = new Map<string, number>();
const numberIn = (of: AttackGraph) => (node: number) => {
  const { id } = of.nodeAt(node);
  const known = numbers.get(id);
  if (known === undefined) numbers.set(id, numbers.size);
  return known ?? numbers.size - 1;
};
let edges = plainEdges(graph, numberIn(graph));
const peers = present(await startPeers(edges, options.database ?? process.env.FIREBREAK_DATABASE_URL));
const allAnew = 'firebreak, all anew';
const ours = 'firebreak, brought up to date';

const kinds: Readonly<Record<string, Changing>> = {
  'models trained again': retraining(pipelines, 0.04),
  'pods replaced': rollout(0.02),
  'something of every kind': everywhere(0.01),
};
for (const [name, changing] of Object.entries(kinds)) {
  const took = new Map<string, number[]>();
  const note = (who: string, time: number) => took.set(who, [...(took.get(who) ?? []), time]);
  const touched: number[] = [];
  for (let round = 1; round <= Number(options.rounds); round += 1) touched.push(await change(changing, round, note));
  console.log(`\n${name}: ${Math.round(median(touched)).toLocaleString('en')} edges go or come in a round\n`);
  const bar = median(took.get(ours) ?? []);
  printTable(
    ['', 'median', 'to firebreak'],
    [...took].map(([who, all]) => [who, milliseconds(median(all)), times(median(all) / bar)]),
  );
}
for (const peer of peers) await peer.close();

/** One round. @returns how many edges went or came */
async function change(changing: Changing, round: number, note: (who: string, time: number) => void): Promise<number> {
  const changes = changing(estate, round);
  clearMemory();
  let start = performance.now();
  estate = changeEstate(estate, changes);
  graph = keeper.graphOf(estate);
  note(ours, performance.now() - start);

  const facts = [...factsOf(estate)];
  clearMemory();
  start = performance.now();
  const anew = deriveGraph(estateOf(facts, []), nodeRules, edgeRules);
  note(allAnew, performance.now() - start);
  mustBeSame(graph, anew);

  const before = packed(edges);
  edges = plainEdges(graph, numberIn(graph));
  const after = packed(edges);
  const removed = unpacked([...before].filter((edge) => !after.has(edge)));
  const added = unpacked([...after].filter((edge) => !before.has(edge)));
  const [source, reached] = widest(graph);
  for (const peer of peers) {
    const { value, milliseconds: time } = await peer.change({ nodeCount: numbers.size, removed, added });
    note(peer.name, time);
    mustAgree('edges after the change', peer.name, value, edges.tails.length);
    const { value: found } = await peer.blast(numberIn(graph)(source));
    // A recursive pattern does not count the start itself.
    if (found !== reached && found !== reached - 1) throw new Error(`${peer.name} reaches ${found}, we ${reached}`);
  }
  return removed.tails.length + added.tails.length;
}

/** A node from which much can be reached by steps that need one holding, and how much. */
function widest({ hypergraph }: AttackGraph): [source: number, reached: number] {
  let best: [number, number] = [0, 0];
  for (let at = 0; at < 20; at += 1) {
    const source = Math.floor((hypergraph.nodeCount * at) / 20);
    const reached = bareScan(hypergraph, source);
    if (reached > best[1]) best = [source, reached];
  }
  return best;
}

async function firstEstate(): Promise<Estate> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
  try {
    const file = join(folder, 'cluster.json');
    await writeCluster(file, Number(options.pods));
    const cluster = await collectEstate(kubernetes, kubernetes.parse(file), new AbortController().signal);
    const data = Array.from({ length: pipelines }, (_, number) => [...pipeline(number, 0)]).flat();
    return joinEstates([cluster.estate, estateOf(data, [])]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
