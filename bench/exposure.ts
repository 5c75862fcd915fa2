/**
 * Exposure, 500 identities × 200 crown jewels at a million edges, side by side in one run with its own parts (the table of reach,
 * the paths that say why, the same question asked identity by identity; a what-if is one more table under a cut mask), and then
 * with other systems, on the same edges without AND-steps, which they do not know. Every answer is compared.
 *
 *     node bench/exposure.ts [--edges 1000000] [--peer-starts 10] [--database URL]
 */
import { parseArgs } from 'node:util';
import type { EdgeRule, GraphNode } from '@firebreak/contract';
import { estateOf } from '../packages/platform/src/facts/estate.ts';
import { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';
import { hasBit } from '../packages/platform/src/graph/bitset.ts';
import { reach } from '../packages/platform/src/graph/reach.ts';
import { exposureOf } from '../packages/platform/src/inventory/exposure.ts';
import { queryNodes } from '../packages/platform/src/inventory/query/query.ts';
import { reachTable } from '../packages/platform/src/inventory/reach-table.ts';
import { whatIf } from '../packages/platform/src/inventory/what-if.ts';
import { mediansInTurns, milliseconds, printTable, times } from './measure.ts';
import { mustAgree, present, startPeers } from './peers/peers.ts';
import { seeded, skewed } from './random.ts';
import { syntheticGraph } from './synthetic-graph.ts';

const { values: options } = parseArgs({
  options: {
    edges: { type: 'string', default: '1000000' },
    'peer-starts': { type: 'string', default: '10' },
    database: { type: 'string' },
  },
});
const edges = Number(options.edges);
const { graph: hypergraph } = syntheticGraph(edges, Math.floor(edges / 100));
const random = seeded(7);
const distinct = (count: number, taken = new Set<number>()): number[] => {
  const found = new Set<number>();
  while (found.size < count) {
    const node = skewed(random, hypergraph.nodeCount, 1);
    if (!taken.has(node)) found.add(node);
  }
  return [...found].sort((a, b) => a - b);
};
const identities = distinct(500);
const protect = distinct(200, new Set(identities));
const graph = graphOf();
const now = new Date('2026-01-01');

// Without the node that the first identity can hold first.
const toggles = [graph.nodeAt(hypergraph.heads[hypergraph.offsets[identities[0] as number] as number] as number).id];
const pairs = exposureOf(graph, { identities, protect, why: 0 }).counts.pairs;
let oneByOne = 0;
for (const start of identities) {
  const { reached } = reach(hypergraph, [start]);
  for (const goal of protect) if (hasBit(reached, goal)) oneByOne += 1;
}
if (oneByOne !== pairs) throw new Error(`together ${pairs} pairs, one by one ${oneByOne}`);

const medians = await mediansInTurns(5, {
  'one full reach': () => reach(hypergraph, [identities[0] as number]).reached,
  'table of reach': () => reachTable(hypergraph, identities, protect),
  exposure: () => exposureOf(graph, { identities, protect, why: 0 }),
  'exposure with 10 paths': () => exposureOf(graph, { identities, protect, why: 10 }),
  'what-if of one node, before and after': () => whatIf(graph, { identities, protect, toggles, left: 0 }),
  'query: class = identity and reaches(jewel)': () => queryNodes(graph, 'class = identity and reaches(jewel)', now),
  'identity by identity': () => {
    for (const start of identities) reach(hypergraph, [start]);
  },
});
console.log(
  `\n${edges.toLocaleString('en')} edges, ${hypergraph.nodeCount.toLocaleString('en')} nodes, ${identities.length} × ${protect.length}, ${pairs.toLocaleString('en')} pairs\n`,
);
printTable(
  ['', 'median', 'to one full reach', 'to exposure'],
  Object.entries(medians).map(([name, time]) => [
    name,
    milliseconds(time),
    times(time / medians['one full reach']),
    times(time / medians.exposure),
  ]),
);
await comparePeers();

/** Other systems are asked for some of the identities, because all of them would take some of them minutes; what counts is the time for one. */
async function comparePeers(): Promise<void> {
  const { graph: plain, tails, heads } = syntheticGraph(edges, 0);
  const some = identities.slice(0, Number(options['peer-starts']));
  const pairsOf = (starts: readonly number[]) => {
    const table = reachTable(plain, starts, protect);
    return starts.reduce((sum, _, place) => sum + table.reachedFrom(place).length, 0);
  };
  const expected = pairsOf(some);
  const peers = present(
    await startPeers(
      { nodeCount: plain.nodeCount, tails, heads },
      options.database ?? process.env.FIREBREAK_DATABASE_URL,
    ),
  );
  const all = `firebreak, ${identities.length} identities`;
  const few = `firebreak, ${some.length} identities`;
  const work: Record<string, () => unknown> = { [all]: () => pairsOf(identities), [few]: () => pairsOf(some) };
  for (const peer of peers) {
    mustAgree('exposure', peer.name, (await peer.exposure(some, protect)).value, expected);
    work[`${peer.name}, ${some.length} identities`] = () => peer.exposure(some, protect);
  }
  const medians = await mediansInTurns(3, work);
  for (const peer of peers) await peer.close();
  const perStart = (name: string) => (medians[name] as number) / (name === all ? identities : some).length;
  console.log(`\nthe same without AND-steps, ${expected.toLocaleString('en')} pairs for ${some.length} identities\n`);
  printTable(
    ['', 'median', 'for one identity', 'to firebreak, all', 'to firebreak, as many'],
    Object.entries(medians).map(([name, time]) => [
      name,
      milliseconds(time),
      milliseconds(perStart(name)),
      times(perStart(name) / perStart(all)),
      times(perStart(name) / perStart(few)),
    ]),
  );
}

function graphOf(): AttackGraph {
  const [starts, goals] = [new Set(identities), new Set(protect)];
  const nodes = Array.from({ length: hypergraph.nodeCount }, (_, number): GraphNode => {
    const id = `bench:Node/${String(number).padStart(9, '0')}`;
    const common = { id, kind: 'Node', name: id, facts: [] };
    if (starts.has(number)) return { ...common, class: 'identity' };
    return goals.has(number) ? { ...common, class: 'model', jewel: 'bench' } : { ...common, class: 'workload' };
  });
  const rules = Array.from(
    { length: 40 },
    (_, type): EdgeRule => ({
      label: `STEP_${String(type).padStart(2, '0')}`,
      from: [],
      to: [],
      needs: [],
      techniques: [],
      traverse: 'seconds',
      explain: { what: '', why: '', cut: '' },
      severedBy: [],
      derive: () => [],
      levers: () => [],
    }),
  );
  return new AttackGraph({
    estate: estateOf([], []),
    options: {},
    rules,
    nodes,
    indexOf: new Map(nodes.map(({ id }, number) => [id, number])),
    hypergraph,
    facts: {
      table: ['bench:fact'],
      offsets: Int32Array.from({ length: hypergraph.edgeCount + 1 }, (_, edge) => edge),
      values: new Int32Array(hypergraph.edgeCount),
    },
    notes: new Map(),
    likelihoods: Float64Array.from({ length: hypergraph.edgeCount }, (_, edge) => 0.5 + (edge % 5) / 10),
    completeness: { answer: 'complete' },
  });
}
