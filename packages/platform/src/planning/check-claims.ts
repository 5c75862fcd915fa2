/**
 * What a plan says beyond its proof, for those who read it before they approve: what each step costs and why, whom it interrupts and
 * how many must approve it, that nothing it gives up on could have been saved, that it does what was asked of it, and that its answer
 * about scope is true. Not asked again before a plan is carried out: a price that changed since is no reason to leave an attacker
 * alone, and execution asks for approvals by itself. Of the planner it uses the tables that people agreed on, and nothing else.
 */
import { type AnyAction, nodeRef, type Plan, type PlanCheck, type PlanStep } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { addBit, type Bitset, bitsetOf } from '../graph/bitset.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { hostingLimit } from './hosting.ts';
import { isBanned } from './lever-text.ts';
import { observedUse } from './price/observed-use.ts';
import { priceOf } from './price/price.ts';
import { variantOf } from './variants.ts';

type Check = PlanCheck['checks'][number];

export function checkClaims(plan: Plan, graph: AttackGraph, actions: readonly AnyAction[]): readonly Check[] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  return [
    pricesCheck(plan, graph, byId),
    exemptCheck(plan, graph, byId),
    wishesCheck(plan, graph, byId),
    ...(plan.scope === undefined ? [] : [scopeCheck(plan, plan.scope, graph)]),
  ];
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
  const summed = step.reasons?.reduce((sum, { points }) => sum + points, 0);
  if (summed !== undefined && Math.abs(summed - step.cost) > 0.005)
    return `costs ${step.cost} for reasons of ${summed}`;
  if (!sameGraph) return undefined;
  const { cost, reasons, interrupts, restarts } = priceOf(action, params.data, graph, observedUse(graph));
  if (step.cost !== cost) return `costs ${cost}, not ${step.cost}`;
  if (step.reasons !== undefined && canonicalJson(step.reasons) !== canonicalJson(reasons))
    return 'costs that for other reasons than it says';
  if (canonicalJson(step.interrupts) !== canonicalJson(interrupts)) return 'interrupts others than it says';
  return canonicalJson(step.restarts) === canonicalJson(restarts) ? undefined : 'restarts others than it says';
}

/** Each node that is given up must be derivable from the compromised set by edges that no permitted lever severs. */
function exemptCheck(plan: Plan, graph: AttackGraph, actions: ReadonlyMap<string, AnyAction>): Check {
  const own = plan.compromised.map(({ id }) => id);
  const compromised = new Set<string>(own);
  const given = plan.certificate.exempt.filter((id) => !compromised.has(id));
  const banned = new Set(plan.forbidden);
  const { without } = variantOf(plan.variant);
  const severable = (edge: GraphEdge): boolean =>
    edge.rule.levers(edge, graph.estate).some((lever) => {
      const action = actions.get(lever.action);
      return (
        action !== undefined &&
        !isBanned(lever, banned) &&
        !without.includes(action.stage) &&
        limitOn(graph, action, lever.params) === undefined
      );
    });
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

function limitOn(graph: AttackGraph, action: AnyAction, given: unknown) {
  const params = action.params.safeParse(given);
  if (!params.success) return undefined;
  return hostingLimit(graph.nodes[graph.indexOf.get(action.target(params.data).id) ?? -1], action.stage);
}

/** What was asked for is in the plan, what was ruled out is not: by the request, by the variant, by who runs the thing. */
function wishesCheck(plan: Plan, graph: AttackGraph, actions: ReadonlyMap<string, AnyAction>): Check {
  const pulled = new Set(plan.steps.map(({ lever }) => lever.key));
  const banned = new Set(plan.forbidden);
  const { without, waves } = variantOf(plan.variant);
  const wrong = [
    ...(plan.pinned ?? []).filter((key) => !pulled.has(key)).map((key) => `${key} is pinned and missing`),
    ...plan.steps.flatMap((step) => {
      const action = actions.get(step.lever.action);
      if (isBanned(step.lever, banned)) return [`${step.id} is forbidden`];
      if (without.includes(step.stage)) return [`${step.id} is of a stage that ${plan.variant} does without`];
      if (waves !== (step.wave !== undefined)) return [`${step.id} has ${waves ? 'no wave' : 'a wave'}`];
      if (step.wave === 1 && step.approvals > 1) return [`${step.id} needs two persons in the wave of one`];
      const limit = action === undefined ? undefined : limitOn(graph, action, step.lever.params);
      return limit === undefined ? [] : [`${step.id}: ${limit.why}`];
    }),
    ...(plan.leftOut ?? []).flatMap(({ lever }) => {
      const action = actions.get(lever.action);
      if (action === undefined || limitOn(graph, action, lever.params) !== undefined) return [];
      return [`${lever.key} is left out without need`];
    }),
  ];
  return {
    check: 'it does what was asked for and nothing that was ruled out',
    ok: wrong.length === 0,
    detail:
      wrong.length > 0
        ? wrong.slice(0, 5).join('; ')
        : `${plan.variant ?? 'cheapest'}, ${plan.pinned?.length ?? 0} pinned, ${plan.forbidden?.length ?? 0} forbidden`,
  };
}

/** Isolated is a strong word: walked again, nothing protected by default and no other namespace may be within reach. */
function scopeCheck(plan: Plan, scope: NonNullable<Plan['scope']>, graph: AttackGraph): Check {
  const check = 'the answer about scope is true';
  if (plan.certificate.graphDigest !== graph.digest)
    return { check, ok: true, detail: 'not compared, the estate has changed' };
  const held = heldBy(
    plan.compromised.map(({ id }) => id),
    graph,
  );
  const own = new Set(plan.compromised.map(({ id }) => id));
  const wrong: string[] = [];
  for (const { node } of scope.frontier) {
    const at = graph.indexOf.get(node.id);
    if (!held.has(node.id) || at === undefined) wrong.push(`${node.id} is not within reach`);
    else if (canonicalJson(nodeRef(graph.nodeAt(at))) !== canonicalJson(node))
      wrong.push(`${node.id} is called otherwise`);
  }
  const jewels = [...held].filter(
    (id) => !own.has(id) && graph.nodes[graph.indexOf.get(id) ?? -1]?.jewel !== undefined,
  ).length;
  if (scope.answer !== 'wider' && jewels > 0) wrong.push(`${jewels} crown jewels are within reach`);
  if (scope.answer === 'isolated' && scope.frontierCount > 0) wrong.push('isolated, with a frontier');
  const counted = scope.boundaries.reduce((sum, { reached }) => sum + reached, 0);
  if (counted > held.size) wrong.push(`${counted} nodes are counted, ${held.size} are within reach`);
  return { check, ok: wrong.length === 0, detail: wrong.length === 0 ? scope.answer : wrong.slice(0, 5).join('; ') };
}

/** Everything that follows from the start: on from what is new, and once nothing is, by what needs several holdings. */
function heldBy(start: readonly string[], graph: AttackGraph): ReadonlySet<string> {
  const numbers = start.flatMap((id) => graph.indexOf.get(id) ?? []);
  const all = bitsetOf(graph.nodes.length, numbers);
  const held = new Set(start);
  let next = numbers;
  const follow = (from: Bitset): void => {
    next = [];
    for (const { head, to } of graph.liveEdgesFrom(from)) {
      if (held.has(to)) continue;
      held.add(to);
      addBit(all, head);
      next.push(head);
    }
  };
  while (next.length > 0) {
    while (next.length > 0) follow(bitsetOf(graph.nodes.length, next));
    follow(all);
  }
  return held;
}
