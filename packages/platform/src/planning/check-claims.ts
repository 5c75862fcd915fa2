/**
 * What a plan says beyond its proof, for those who read it before they approve: what each step costs, whom it interrupts and
 * how many must approve it, and that nothing it gives up on could have been saved. Not asked again before a plan is carried
 * out: a price that changed since is no reason to leave an attacker alone, and execution asks for approvals by itself.
 */
import type { AnyAction, Plan, PlanCheck, PlanStep } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';

type Check = PlanCheck['checks'][number];

export function checkClaims(plan: Plan, graph: AttackGraph, actions: readonly AnyAction[]): readonly Check[] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  return [pricesCheck(plan, graph, byId), exemptCheck(plan, graph, byId)];
}

function pricesCheck(plan: Plan, graph: AttackGraph, actions: ReadonlyMap<string, AnyAction>): Check {
  const sameGraph = plan.certificate.graphDigest === graph.digest;
  const wrong = plan.steps.flatMap((step) => {
    const complaint = complaintAbout(step, graph, actions.get(step.lever.action), sameGraph);
    return complaint === undefined ? [] : [`${step.id} ${complaint}`];
  });
  return {
    check: 'every step costs, interrupts and needs approvals as its action says',
    ok: wrong.length === 0,
    detail:
      wrong.length > 0
        ? wrong.slice(0, 5).join('; ')
        : `${plan.steps.length} steps${sameGraph ? '' : '; prices not compared, the estate has changed'}`,
  };
}

function complaintAbout(
  step: PlanStep,
  graph: AttackGraph,
  action: AnyAction | undefined,
  sameGraph: boolean,
): string | undefined {
  const params = action?.params.safeParse(step.lever.params);
  if (action === undefined || params?.success !== true) return 'names no action that there is';
  const drastic = action.drastic(params.data, graph.estate);
  if (drastic && !step.drastic) return 'is drastic and does not say so';
  if (step.approvals < (step.drastic ? 2 : 1)) return `needs more approvals than ${step.approvals}`;
  if (!sameGraph) return undefined;
  const { cost, interrupts, restarts = [] } = action.impact(params.data, graph.estate);
  if (step.cost !== cost) return `costs ${cost}, not ${step.cost}`;
  if (canonicalJson(step.interrupts) !== canonicalJson(interrupts)) return 'interrupts others than it says';
  return canonicalJson(step.restarts) === canonicalJson(restarts) ? undefined : 'restarts others than it says';
}

/** Each node that is given up must be derivable from the compromised set by edges that no permitted lever severs. */
function exemptCheck(plan: Plan, graph: AttackGraph, actions: ReadonlyMap<string, AnyAction>): Check {
  const own = plan.compromised.map(({ id }) => id);
  const compromised = new Set<string>(own);
  const given = plan.certificate.exempt.filter((id) => !compromised.has(id));
  const forbidden = new Set(plan.forbidden);
  const severable = (edge: GraphEdge): boolean =>
    edge.rule.levers(edge, graph.estate).some(({ action, key }) => actions.has(action) && !forbidden.has(key));
  const lost = given.length === 0 ? compromised : closureOf(own, plan, graph, severable);
  const saved = given.filter((id) => !lost.has(id));
  return {
    check: 'what is given up cannot be cut off',
    ok: saved.length === 0,
    detail: saved.length === 0 ? `${given.length} nodes` : `could be saved: ${saved.slice(0, 5).join(', ')}`,
  };
}

/** What follows from the start inside the closed set by edges that nothing severs; rules are asked only where it matters. */
function closureOf(
  start: readonly string[],
  plan: Plan,
  graph: AttackGraph,
  severable: (edge: GraphEdge) => boolean,
): ReadonlySet<string> {
  const inside = new Set(plan.certificate.reached);
  const leaving = new Map<string, GraphEdge[]>();
  for (const edge of graph.liveEdges()) {
    if (!inside.has(edge.to) || ![edge.from, ...edge.with].every((id) => inside.has(id))) continue;
    for (const tail of [edge.from, ...edge.with]) {
      const known = leaving.get(tail);
      if (known === undefined) leaving.set(tail, [edge]);
      else known.push(edge);
    }
  }
  const held = new Set(start);
  const next = [...start];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    for (const edge of leaving.get(id) ?? []) {
      if (held.has(edge.to) || ![edge.from, ...edge.with].every((tail) => held.has(tail)) || severable(edge)) continue;
      held.add(edge.to);
      next.push(edge.to);
    }
  }
  return held;
}
