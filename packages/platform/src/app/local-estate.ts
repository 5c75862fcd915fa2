/** One estate, read for one command: needs neither server nor database. */
import { FirebreakError } from '@firebreak/contract';
import type { World } from '../cli/world.ts';
import { connectors } from '../connectors/index.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { edgeRules } from '../graph/edges/index.ts';
import { nodeRules } from '../graph/nodes/index.ts';
import { checkClaims } from '../planning/check-claims.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { checkSteps } from '../planning/check-steps.ts';
import { comparePlans as compare } from '../planning/compare.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { rehearse } from './rehearse.ts';
import { openTarget, rehearsalTwin } from './targets.ts';
import { withheldFrom } from './withheld.ts';

export const actions = connectors.flatMap((connector) => connector.actions);

export const open: World['open'] = async (specs, signal, progress) => {
  const target = await openTarget(specs, signal);
  try {
    const { estate, gaps } = await target.collect(signal, progress);
    const lacking = (await target.lacks?.(signal)) ?? [];
    return {
      specs,
      estate,
      gaps,
      lacking,
      actions: target.actions,
      graph: (options = {}) => deriveGraph(estate, nodeRules, edgeRules, options),
    };
  } finally {
    await target.close();
  }
};

export const plan: World['plan'] = async (source, { compromised, ...wish }) => {
  const graph = source.graph();
  const numbers = compromised.map((text) => graph.resolve(text));
  const withheld = withheldFrom(source.actions, source.lacking);
  const request = { ...wish, compromised: numbers, actions: source.actions, withheld };
  return makePlan(graph, request, await loadSolver());
};

export const comparePlans: World['comparePlans'] = async (source, { compromised, protect, forbid, pin = [] }) => {
  const graph = source.graph();
  const numbers = compromised.map((text) => graph.resolve(text));
  const withheld = withheldFrom(source.actions, source.lacking);
  const request = { compromised: numbers, protect, actions: source.actions, forbid, pin, withheld };
  return compare(graph, request, await loadSolver());
};

export const check: World['check'] = async (plan, source, signal) => {
  const graph = source.graph();
  const more = [checkSteps(plan, actions), ...checkClaims(plan, graph, actions)];
  const twin = await rehearsalTwin(source.specs, signal);
  if (twin !== undefined) more.push(await rehearse(plan, source.estate, twin, actions, signal));
  return checkPlan(plan, graph, more);
};

export function permissions(id: string, wanted: readonly string[]): string {
  const connector = connectors.find((known) => known.id === id);
  if (connector === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no connector ${id}.`);
  const unknown = wanted.find((action) => connector.actions.every((known) => known.id !== action));
  if (unknown !== undefined) throw new FirebreakError('FB-NOT-FOUND', `${id} has no action ${unknown}.`);
  return connector.permissions(wanted);
}
