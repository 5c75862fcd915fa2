/**
 * The sixth check of a plan, the one that trusts nothing: the steps are carried out on an in-memory copy of the estate by
 * the very actions that would carry them out for real; then the copy is read and the graph derived from scratch. Only a cluster has
 * such a copy: what the steps of other systems sever is taken as the other checks found it, and how many they are is said.
 */
import type { AnyAction, Estate, Plan, PlanCheck } from '@firebreak/contract';
import kubernetes from '../connectors/kubernetes/index.ts';
import type { Twin } from '../connectors/kubernetes/twin.ts';
import { collectSession } from '../facts/collect.ts';
import { estateOf } from '../facts/estate.ts';
import { factsOf, joinEstates } from '../facts/join-estates.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { edgeRules } from '../graph/edges/index.ts';
import { nodeRules } from '../graph/nodes/index.ts';
import { protectedWithin } from '../incidents/protected-within.ts';

const check = 'rehearsed on a copy of the estate, nothing protected can be reached';

export async function rehearse(
  plan: Plan,
  estate: Estate,
  twin: Twin,
  actions: readonly AnyAction[],
  signal: AbortSignal,
): Promise<PlanCheck['checks'][number]> {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const own = new Set(kubernetes.actions.map(({ id }) => id));
  const elsewhere = plan.steps.filter(({ lever }) => !own.has(lever.action));
  for (const step of plan.steps) {
    if (elsewhere.includes(step)) continue;
    const action = byId.get(step.lever.action);
    if (action === undefined) return { check, ok: false, detail: `no action ${step.lever.action}` };
    const params: unknown = action.params.parse(step.lever.params);
    const attempt = { session: twin, signal, key: `rehearsal/${step.id}` };
    const before = await action.read(attempt, params);
    const outcome = await action.apply(attempt, params, before.record);
    if (outcome.outcome !== 'done')
      return { check, ok: false, detail: `${step.id} ended ${outcome.outcome}: ${outcome.reason}` };
    const now = await action.read(attempt, params);
    if (!action.inEffect(now.record, params, before.record))
      return { check, ok: false, detail: `${step.id} is not in effect` };
  }
  const { estate: cluster } = await collectSession(kubernetes, twin, signal);
  // What other systems said stays as it is: only the cluster is rehearsed on.
  const others = [...factsOf(estate)].filter(({ kind }) => !kind.startsWith('kubernetes.'));
  const graph = deriveGraph(joinEstates([estateOf(others, []), cluster]), nodeRules, edgeRules);
  const exempt = new Set(plan.certificate.exempt);
  const severed = graph.cutOf(elsewhere.flatMap(({ severs }) => severs));
  const open = protectedWithin(graph, plan, severed).filter(({ id }) => !exempt.has(id));
  const untried =
    elsewhere.length === 0 ? '' : `; ${elsewhere.length} of them on other systems, which were not rehearsed`;
  return {
    check,
    ok: open.length === 0,
    detail:
      open.length === 0
        ? `${plan.steps.length} steps${untried}`
        : `still reachable: ${open
            .slice(0, 5)
            .map(({ id }) => id)
            .join(', ')}`,
  };
}
