import type { AttackPath, TraverseTime } from '@firebreak/contract';
import type { AttackGraph } from './attack-graph.ts';
import { bestDerivations } from './best-derivations.ts';
import { explainDerivation } from './explain.ts';
import type { ReachOptions } from './reach.ts';

/** What every step costs an attacker beside its odds: among equally likely ways the shorter one is better. */
const perStep = 0.1;

/** What waiting costs an attacker: an hour weighs as much as odds of roughly one in two. */
const perTraverse: Readonly<Record<TraverseTime, number>> = {
  instant: 0,
  seconds: 0.02,
  minutes: 0.1,
  hours: 0.7,
  days: 1.5,
};

/** Odds so small that only their being positive counts; keeps costs finite. */
const leastOdds = 1e-9;

/**
 * What each edge of the hypergraph costs an attacker: −ln of the likelihood, plus a little for being a step, plus its time.
 * The best path is then the likeliest one, bent towards the short and the quick. Memberships of groups cost nothing.
 */
export function stepCosts(graph: AttackGraph): Float64Array {
  const fixed = [...graph.rules.map((rule) => perStep + perTraverse[rule.traverse]), 0];
  return graph.likelihoods.map(
    (odds, edge) =>
      Math.max(0, -Math.log(Math.max(odds, leastOdds))) + (fixed[graph.hypergraph.types[edge] as number] as number),
  );
}

/**
 * The best path to each goal that can be reached, best first, and when these are fewer than `limit`, then alternatives.
 * Goals that are sources already have none.
 */
export function bestPaths(
  graph: AttackGraph,
  sources: readonly number[],
  goals: Iterable<number>,
  options: ReachOptions & { readonly limit: number },
): AttackPath[] {
  return bestDerivations(graph.hypergraph, stepCosts(graph), sources, goals, options).map(({ edges }) =>
    explainDerivation(graph, graph.liveEdgesOf(edges)),
  );
}

/** The best path to one goal; undefined when it cannot be reached, or is a source. */
export function bestPath(
  graph: AttackGraph,
  sources: readonly number[],
  goal: number,
  options: ReachOptions = {},
): AttackPath | undefined {
  return bestPaths(graph, sources, [goal], { ...options, limit: 1 })[0];
}
