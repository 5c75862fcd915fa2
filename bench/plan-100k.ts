/**
 * Time to plan on an estate of 100,000 nodes: a generated Kubernetes cluster, read, derived, and then one plan for each of
 * several compromised accounts. Only `makePlan` is timed; the certificate is part of it.
 *
 *     node bench/plan-100k.ts [--pods 25000] [--plans 20]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Plan } from '@firebreak/contract';
import { world } from '../packages/platform/src/app/compose.ts';
import { loadSolver } from '../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../packages/platform/src/planning/make-plan.ts';
import { writeCluster } from './kubernetes-cluster.ts';
import { median, milliseconds } from './measure.ts';

const { values: options } = parseArgs({
  options: { pods: { type: 'string', default: '25000' }, plans: { type: 'string', default: '20' } },
});

const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
try {
  const file = join(folder, 'cluster.json');
  await writeCluster(file, Number(options.pods));
  const source = await world.open([`kubernetes:${file}`], new AbortController().signal, () => {});
  const start = performance.now();
  const graph = source.graph();
  const derived = performance.now() - start;
  console.log(
    `${graph.nodeCount.toLocaleString('en')} nodes, ${graph.hypergraph.edgeCount.toLocaleString('en')} edges ` +
      `(${graph.edgeCount.toLocaleString('en')} with groups multiplied out), derived in ${milliseconds(derived)}`,
  );

  const solver = await loadSolver();
  const accounts = graph.nodes.flatMap((node, index) => (node.kind === 'ServiceAccount' ? [index] : []));
  const wanted = Number(options.plans);
  const times: number[] = [];
  const verdicts = new Map<Plan['verdict'], number>();
  for (let at = 0; at < wanted; at += 1) {
    const compromised = accounts[Math.floor((accounts.length * at) / wanted)] as number;
    const before = performance.now();
    const plan = makePlan(graph, { compromised: [compromised], protect: 'default', actions: world.actions }, solver);
    times.push(performance.now() - before);
    verdicts.set(plan.verdict, (verdicts.get(plan.verdict) ?? 0) + 1);
  }
  const first = times[0] as number;
  times.sort((a, b) => a - b);
  const p95 = times[Math.ceil(times.length * 0.95) - 1] as number;
  console.log(
    `${wanted} plans: median ${milliseconds(median(times))}, p95 ${milliseconds(p95)}, ` +
      `slowest ${milliseconds(times.at(-1) as number)}, ` +
      `the first ${milliseconds(first)}; ${[...verdicts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
