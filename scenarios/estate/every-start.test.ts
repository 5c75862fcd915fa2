/** Whatever of the demo company is taken, there is a plan, and the check that shares no code with the planner confirms it. */
import type { AnyAction } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { connectors } from '../../packages/platform/src/connectors/index.ts';
import { checkClaims } from '../../packages/platform/src/planning/check-claims.ts';
import { checkPlan } from '../../packages/platform/src/planning/check-plan.ts';
import { checkSteps } from '../../packages/platform/src/planning/check-steps.ts';
import { loadSolver } from '../../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../../packages/platform/src/planning/make-plan.ts';
import { auroraGraph } from './aurora.case.ts';

const perKind = 2;
const actions: readonly AnyAction[] = connectors.flatMap((connector) => connector.actions);

test('from every kind of thing', async () => {
  const graph = await auroraGraph();
  const solver = await loadSolver();
  const seen = new Map<string, number>();
  const verdicts = new Map<string, number>();
  const failed: string[] = [];
  for (const [node, { kind, id }] of graph.nodes.entries()) {
    const before = seen.get(kind) ?? 0;
    if (graph.isHub(node) || before === perKind) continue;
    seen.set(kind, before + 1);
    const plan = makePlan(graph, { compromised: [node], protect: 'default', actions }, solver);
    verdicts.set(plan.verdict, (verdicts.get(plan.verdict) ?? 0) + 1);
    const { checks } = checkPlan(plan, graph, [checkSteps(plan, actions), ...checkClaims(plan, graph, actions)]);
    for (const { check, ok, detail } of checks) if (!ok) failed.push(`${id}: ${check}: ${detail}`);
    // What stays open is told with its way, and a plan that says "contained" leaves none.
    if (plan.uncut.length > 0 !== (plan.verdict === 'partial'))
      failed.push(`${id}: ${plan.verdict} with ${plan.uncut.length}`);
  }
  console.log([...verdicts].map(([verdict, plans]) => `${verdict} ${plans}`).join(', '));
  expect(failed).toEqual([]);
  expect(verdicts.get('contained') ?? 0).toBeGreaterThan(2 * (verdicts.get('partial') ?? 0));
});
