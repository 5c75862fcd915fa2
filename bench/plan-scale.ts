/**
 * Plans on generated estates of ten thousand to a million nodes: time, gap, whether the independent check confirms the certificate,
 * what proved the cut, and what the same containment costs without a planner.
 *
 *     node --max-old-space-size=8192 bench/plan-scale.ts [--nodes 10000,100000,1000000] [--plans 20]
 */
import { parseArgs } from 'node:util';
import { checkPlan } from '../packages/platform/src/planning/check-plan.ts';
import { loadSolver } from '../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../packages/platform/src/planning/make-plan.ts';
import { median, milliseconds, printTable, times } from './measure.ts';
import { type Baselines, baselines } from './plan-baselines.ts';
import { planEstate } from './plan-estate.ts';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10000,100000,1000000' },
    plans: { type: 'string', default: '20' },
  },
});

const solver = await loadSolver();
const rows: string[][] = [];
for (const nodes of options.nodes.split(',').map(Number)) {
  const { graph, action, starts } = planEstate(nodes);
  const actions = [action];
  const took: number[] = [];
  const checkTook: number[] = [];
  const found: Baselines[] = [];
  let [gap, confirmed, uncut] = [0, 0, 0];
  const wanted = starts.slice(0, Number(options.plans));
  for (const start of wanted) {
    const before = performance.now();
    const plan = makePlan(graph, { compromised: [start], protect: 'default', actions }, solver);
    const made = performance.now();
    const { ok } = checkPlan(plan, graph);
    checkTook.push(performance.now() - made);
    took.push(made - before);
    gap = Math.max(gap, plan.gap);
    confirmed += ok ? 1 : 0;
    uncut += plan.verdict === 'partial' ? 1 : 0;
    found.push(baselines(graph, start, actions, solver));
  }
  took.sort((a, b) => a - b);
  const real = found.filter(({ exact }) => exact > 0);
  const ratio = (of: (each: Baselines) => number | undefined) => {
    const known = real.flatMap((each) => {
      const other = of(each);
      return other === undefined ? [] : [other / each.exact];
    });
    return known.length === 0
      ? '–'
      : `${times(known.reduce((sum, each) => sum + each, 0) / known.length)} (${known.length}/${real.length})`;
  };
  rows.push([
    graph.nodeCount.toLocaleString('en'),
    graph.edgeCount.toLocaleString('en'),
    milliseconds(median(took)),
    milliseconds(took.at(-1) as number),
    milliseconds(median(checkTook)),
    `${(gap * 100).toFixed(2)} %`,
    `${confirmed}/${wanted.length}`,
    String(uncut),
    `${real.filter(({ settledBy }) => settledBy === 'bound').length}/${real.length}`,
    ratio(({ greedy }) => greedy),
    ratio(({ named }) => named),
  ]);
}
printTable(
  [
    'nodes',
    'edges',
    'plan median',
    'slowest',
    'check',
    'largest gap',
    'confirmed',
    'partial',
    'without solver',
    'greedy costs',
    'everything named costs',
  ],
  rows,
);
