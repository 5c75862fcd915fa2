/**
 * The independent check of a plan. It shares no code with the planner: it reads the plan as text that somebody hands in,
 * walks the list of live edges with string sets, and believes nothing that it can recompute.
 *
 *   1. the digest is that of the content;
 *   2. the plan was made from this graph;
 *   3. every edge that a step claims to sever exists, and its rule names that lever for it;
 *   4. the closed set contains the compromised set, is closed under every edge that no step severs, and holds nothing
 *      protected but the exempt ones, which the verdict admits;
 *   5. the sums are right, and the lower bound does not exceed the cost.
 *
 * A sixth check, done by the caller where it has a world to try in, applies the steps to a copy of the estate and derives
 * everything again (see app/rehearse.ts).
 */
import {
  type Completeness,
  type EdgeKey,
  FirebreakError,
  type Plan,
  type PlanCheck,
  planSchema,
} from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { selectNodes } from '../graph/selector.ts';
import { planDigest } from './plan-digest.ts';

type Check = PlanCheck['checks'][number];

/** Parses a plan from foreign JSON. @throws FirebreakError FB-PLAN-INVALID */
export function parsePlan(text: string): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FirebreakError('FB-PLAN-INVALID', 'It is not JSON.', { cause });
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new FirebreakError(
      'FB-PLAN-INVALID',
      `At ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'wrong form'}.`,
    );
  }
  return parsed.data;
}

export function checkPlan(plan: Plan, graph: AttackGraph, more: readonly Check[] = []): PlanCheck {
  const completeness: Completeness = graph.completeness;
  const checks = [
    digestCheck(plan),
    graphCheck(plan, graph),
    claimsCheck(plan, graph),
    ...closedSetChecks(plan, graph),
    sumsCheck(plan),
    ...more,
  ];
  return { ok: checks.every(({ ok }) => ok), digest: plan.digest, checks, completeness };
}

function digestCheck(plan: Plan): Check {
  const found = planDigest(plan);
  const ok = found === plan.digest;
  return {
    check: 'the digest is that of the content',
    ok,
    detail: ok ? found : `content has ${found}, plan says ${plan.digest}`,
  };
}

/** The one check that a plan may fail and still hold, when something that does not concern it has changed. */
export const madeFromThisEstate = 'the plan was made from this estate';

function graphCheck(plan: Plan, graph: AttackGraph): Check {
  const ok = plan.certificate.graphDigest === graph.digest;
  return {
    check: madeFromThisEstate,
    ok,
    detail: ok
      ? graph.digest
      : `this estate has graph ${graph.digest}, the plan was made from ${plan.certificate.graphDigest}`,
  };
}

function claimsCheck(plan: Plan, graph: AttackGraph): Check {
  const claims = new Map<string, string[]>();
  for (const step of plan.steps) {
    for (const edge of step.severs) {
      const key = keyOf(edge);
      const levers = claims.get(key);
      if (levers === undefined) claims.set(key, [step.lever.key]);
      else levers.push(step.lever.key);
    }
  }
  const total = claims.size;
  const wrong: string[] = [];
  for (const edge of graph.liveEdges()) {
    const key = keyOf(edge);
    const claimed = claims.get(key);
    if (claimed === undefined) continue;
    claims.delete(key);
    const real = new Set(edge.rule.levers(edge, graph.estate).map((lever) => lever.key));
    for (const lever of claimed) if (!real.has(lever)) wrong.push(`${lever} does not sever ${key}`);
  }
  for (const key of claims.keys()) wrong.push(`there is no edge ${key}`);
  return {
    check: 'every step severs what it claims',
    ok: wrong.length === 0,
    detail: wrong.length === 0 ? `${total} edges` : wrong.slice(0, 5).join('; '),
  };
}

function closedSetChecks(plan: Plan, graph: AttackGraph): Check[] {
  const { certificate } = plan;
  const reached = new Set(certificate.reached);
  const exempt = new Set(certificate.exempt);
  const severed = new Set(plan.steps.flatMap((step) => step.severs.map(keyOf)));

  const missing = plan.compromised.filter(({ id }) => !reached.has(id)).map(({ id }) => id);
  const escapes: string[] = [];
  let edges = 0;
  for (const edge of graph.liveEdges()) {
    edges += 1;
    if (reached.has(edge.to) || !reached.has(edge.from) || !edge.with.every((id) => reached.has(id))) continue;
    if (!severed.has(keyOf(edge))) escapes.push(keyOf(edge));
  }
  const wanted = selectNodes(graph, plan.protect).map((node) => graph.nodeAt(node).id);
  const lost = wanted.filter((id) => reached.has(id) && !exempt.has(id));
  const unlisted =
    wanted.length !== certificate.protected.length || wanted.some((id) => !certificate.protected.includes(id));
  const admitted =
    plan.verdict === 'partial' || [...exempt].every((id) => plan.compromised.some((node) => node.id === id));
  return [
    {
      check: 'the closed set contains what is compromised and nothing leads out of it',
      ok: missing.length === 0 && escapes.length === 0,
      detail:
        missing.length === 0 && escapes.length === 0
          ? `${reached.size} nodes, ${edges} edges`
          : [...missing.map((id) => `${id} is missing`), ...escapes].slice(0, 5).join('; '),
    },
    {
      check: 'nothing protected is in the closed set, but what the plan says it cannot save',
      ok: lost.length === 0 && !unlisted && admitted,
      detail:
        lost.length > 0
          ? `still reachable: ${lost.slice(0, 5).join(', ')}`
          : unlisted
            ? `the selector ${plan.protect} protects ${wanted.length} nodes here, the plan lists ${certificate.protected.length} or others`
            : admitted
              ? `${wanted.length} protected, ${exempt.size} exempt`
              : 'the plan exempts nodes but claims to contain everything',
    },
  ];
}

function sumsCheck(plan: Plan): Check {
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  const cut = plan.steps.filter((step) => step.reason === 'cut').reduce((sum, step) => sum + step.cost, 0);
  const total = plan.steps.reduce((sum, step) => sum + step.cost, 0);
  const ok = near(cut, plan.cutCost) && near(total, plan.totalCost) && plan.lowerBound <= plan.cutCost + 1e-6;
  return {
    check: 'costs add up and the lower bound does not exceed them',
    ok,
    detail: `cut ${cut}, total ${total}, bound ${plan.lowerBound}`,
  };
}

function keyOf(
  edge: Pick<EdgeKey, 'type' | 'from' | 'to'> & { readonly with?: readonly string[] | undefined },
): string {
  return `${edge.type} ${[edge.from, ...[...(edge.with ?? [])].sort()].join(' + ')} → ${edge.to}`;
}
