/**
 * Time to plan on an estate of 100,000 nodes: a generated Kubernetes cluster, read, derived, and then one plan for each of
 * several compromised accounts. Only `makePlan` is timed; the certificate is part of it, and is checked by code of its own after.
 * The same containment is then priced without a planner: greedy, and by revoking everything that names the account.
 *
 *     node bench/plan-100k.ts [--pods 25000] [--plans 20]
 *     node bench/plan-100k.ts --from kubernetes:content/demo-estate --plans 60     the same on an estate of one's own
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Plan } from '@firebreak/contract';
import { actions, open } from '../packages/platform/src/app/local-estate.ts';
import { checkPlan } from '../packages/platform/src/planning/check-plan.ts';
import { loadSolver } from '../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../packages/platform/src/planning/make-plan.ts';
import { writeCluster } from './kubernetes-cluster.ts';
import { median, milliseconds, times as timesAsMuch } from './measure.ts';
import { type Baselines, baselines } from './plan-baselines.ts';

const { values: options } = parseArgs({
  options: {
    pods: { type: 'string', default: '25000' },
    plans: { type: 'string', default: '20' },
    from: { type: 'string' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
try {
  const file = join(folder, 'cluster.json');
  if (options.from === undefined) await writeCluster(file, Number(options.pods));
  const source = await open([options.from ?? `kubernetes:${file}`], new AbortController().signal, () => {});
  const start = performance.now();
  const graph = source.graph();
  const derived = performance.now() - start;
  console.log(
    `${graph.nodeCount.toLocaleString('en')} nodes, ${graph.hypergraph.edgeCount.toLocaleString('en')} edges ` +
      `(${graph.edgeCount.toLocaleString('en')} with groups multiplied out), derived in ${milliseconds(derived)}`,
  );

  const solver = await loadSolver();
  const accounts = graph.nodes.flatMap((node, index) => (node.kind === 'ServiceAccount' ? [index] : []));
  const wanted = Math.min(Number(options.plans), accounts.length);
  const times: number[] = [];
  const verdicts = new Map<Plan['verdict'], number>();
  const found: Baselines[] = [];
  let [gap, confirmed] = [0, 0];
  for (let at = 0; at < wanted; at += 1) {
    const compromised = accounts[Math.floor((accounts.length * at) / wanted)] as number;
    const before = performance.now();
    const plan = makePlan(graph, { compromised: [compromised], protect: 'default', actions }, solver);
    times.push(performance.now() - before);
    verdicts.set(plan.verdict, (verdicts.get(plan.verdict) ?? 0) + 1);
    gap = Math.max(gap, plan.gap);
    confirmed += checkPlan(plan, graph).ok ? 1 : 0;
    found.push(baselines(graph, compromised, actions, solver));
  }
  const first = times[0] as number;
  times.sort((a, b) => a - b);
  const p95 = times[Math.ceil(times.length * 0.95) - 1] as number;
  console.log(
    `${wanted} plans: median ${milliseconds(median(times))}, p95 ${milliseconds(p95)}, ` +
      `slowest ${milliseconds(times.at(-1) as number)}, ` +
      `the first ${milliseconds(first)}; ${[...verdicts].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`,
  );
  const real = found.filter(({ exact }) => exact > 0);
  const solved = real.filter(({ settledBy }) => settledBy === 'master').length;
  console.log(
    `largest gap ${(gap * 100).toFixed(2)} %, ${confirmed} of ${wanted} certificates confirmed; ${real.length} cuts, ${solved} of them needed the solver`,
  );
  console.log(
    `greedy costs ${ratio(real, ({ greedy }) => greedy)}, everything named costs ${ratio(real, ({ named }) => named)} of the plan`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function ratio(real: readonly Baselines[], of: (each: Baselines) => number | undefined): string {
  const known = real.flatMap((each) => {
    const other = of(each);
    return other === undefined ? [] : [other / each.exact];
  });
  const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
  return known.length === 0
    ? 'nothing that contains it'
    : `${timesAsMuch(mean)} (contains ${known.length} of ${real.length})`;
}
