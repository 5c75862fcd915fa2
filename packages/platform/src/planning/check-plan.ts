/**
 * The independent check of a plan. It shares no code with the planner: it reads the plan as text that somebody hands in,
 * walks the list of live edges with string sets, and believes nothing that it can recompute.
 *
 *   1. the digest is that of the content;
 *   2. whether the estate has changed since is said, and everything else is checked against it as it is now;
 *   3. every edge that a step claims to sever exists, and its rule names that lever for it;
 *   4. the closed set contains the compromised set, is closed under every edge that no step severs, and holds nothing
 *      protected but the exempt ones, which the verdict admits; on the estate that the plan was made from, it holds nothing
 *      that nothing leads to;
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
    ...edgeChecks(plan, graph),
    protectedCheck(plan, graph),
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

/**
 * Pods come and go, so a plan is rarely checked against the very graph that it was made from. That is no fault by itself:
 * every other check is made against the estate as it is now. It is said, since the plan may then not be the cheapest any more.
 */
function graphCheck(plan: Plan, graph: AttackGraph): Check {
  const same = plan.certificate.graphDigest === graph.digest;
  return {
    check: 'every further check is against the estate as it is now',
    ok: true,
    detail: same
      ? `the plan was made from it: graph ${graph.digest}`
      : `it has changed since the plan was made (graph ${graph.digest}, then ${plan.certificate.graphDigest}); a new plan may be cheaper`,
  };
}

/**
 * One walk over all live edges for both questions about them: is every claim to sever true, and does anything lead out of
 * the closed set. A severed edge starts inside the set, so only those that start there are looked at closely.
 */
function edgeChecks(plan: Plan, graph: AttackGraph): Check[] {
  const reached = new Set(plan.certificate.reached);
  const unseen = claimsOf(plan);
  const claimed = unseen.size;
  const severed = new Set(unseen.keys());
  const wrong: string[] = [];
  const escapes: string[] = [];
  const accounted = new Set(plan.compromised.map(({ id }) => id));
  let edges = 0;
  for (const edge of graph.liveEdges()) {
    edges += 1;
    if (!reached.has(edge.from) || !edge.with.every((id) => reached.has(id))) continue;
    const key = keyOf(edge);
    if (!severed.has(key)) {
      if (reached.has(edge.to)) accounted.add(edge.to);
      else escapes.push(key);
    }
    const levers = unseen.get(key);
    if (levers === undefined) continue;
    unseen.delete(key);
    const real = new Set(edge.rule.levers(edge, graph.estate).map((lever) => lever.key));
    for (const lever of levers) if (!real.has(lever)) wrong.push(`${lever} does not sever ${key}`);
  }
  for (const key of unseen.keys()) wrong.push(`no edge out of the closed set is ${key}`);
  const missing = plan.compromised.filter(({ id }) => !reached.has(id)).map(({ id }) => `${id} is missing`);
  // Where something vanished since, what it led to may stay in the set: the proof holds all the more.
  const same = plan.certificate.graphDigest === graph.digest && reached.size > accounted.size;
  const added = same ? [...reached].filter((id) => !accounted.has(id)).map((id) => `nothing leads to ${id}`) : [];
  const open = [...misnamed(plan, graph), ...missing, ...escapes, ...added];
  return [
    {
      check: 'every step severs what it claims',
      ok: wrong.length === 0,
      detail: wrong.length === 0 ? `${claimed} edges` : wrong.slice(0, 5).join('; '),
    },
    {
      check: 'the closed set contains what is compromised and nothing leads out of it',
      ok: open.length === 0,
      detail: open.length === 0 ? `${reached.size} nodes, ${edges} edges` : open.slice(0, 5).join('; '),
    },
  ];
}

/** A plan is read by the names of the nodes that it starts from, and proved by their ids. */
function misnamed({ compromised }: Plan, graph: AttackGraph): string[] {
  if (compromised.length === 0) return ['nothing is compromised'];
  return compromised.flatMap(({ id, kind, name }) => {
    const at = graph.indexOf.get(id);
    const node = at === undefined ? undefined : graph.nodeAt(at);
    return node === undefined || (node.kind === kind && node.name === name) ? [] : [`${id} is called ${name}`];
  });
}

/** By edge, the keys of the levers that are said to sever it. */
function claimsOf(plan: Plan): Map<string, string[]> {
  const claims = new Map<string, string[]>();
  for (const step of plan.steps) {
    for (const edge of step.severs) {
      const levers = claims.get(keyOf(edge));
      if (levers === undefined) claims.set(keyOf(edge), [step.lever.key]);
      else levers.push(step.lever.key);
    }
  }
  return claims;
}

function protectedCheck(plan: Plan, graph: AttackGraph): Check {
  const { certificate } = plan;
  const reached = new Set(certificate.reached);
  const exempt = new Set(certificate.exempt);
  const listed = new Set(certificate.protected);
  const wanted = selectNodes(graph, plan.protect).map((node) => graph.nodeAt(node).id);
  const lost = wanted.filter((id) => reached.has(id) && !exempt.has(id));
  const unlisted = wanted.length !== listed.size || wanted.some((id) => !listed.has(id));
  const own = new Set(plan.compromised.map(({ id }) => id));
  const baseless = [...exempt].filter((id) => !reached.has(id) || !listed.has(id));
  const cuts = plan.steps.some(({ reason }) => reason === 'cut');
  const verdict = [...exempt].some((id) => !own.has(id)) ? 'partial' : cuts ? 'contained' : 'nothing-to-cut';
  const admitted = plan.verdict === verdict && baseless.length === 0;
  const detail =
    lost.length > 0
      ? `still reachable: ${lost.slice(0, 5).join(', ')}`
      : unlisted
        ? `the selector ${plan.protect} protects ${wanted.length} nodes here, the plan lists ${listed.size} or others`
        : admitted
          ? `${wanted.length} protected, ${exempt.size} exempt`
          : baseless.length > 0
            ? `exempt without need: ${baseless.slice(0, 5).join(', ')}`
            : `the plan says ${plan.verdict}, its content ${verdict}`;
  return {
    check: 'nothing protected is in the closed set, but what the plan says it cannot save',
    ok: lost.length === 0 && !unlisted && admitted,
    detail,
  };
}

function sumsCheck(plan: Plan): Check {
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-6;
  const cut = plan.steps.filter((step) => step.reason === 'cut').reduce((sum, step) => sum + step.cost, 0);
  const total = plan.steps.reduce((sum, step) => sum + step.cost, 0);
  const gap = cut === 0 ? 0 : (cut - plan.lowerBound) / cut;
  const bounded = plan.lowerBound >= 0 && plan.lowerBound <= plan.cutCost + 1e-6 && near(gap, plan.gap);
  const ok = near(cut, plan.cutCost) && near(total, plan.totalCost) && bounded;
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
