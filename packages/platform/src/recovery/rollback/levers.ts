/**
 * The levers that put a chosen version in the place of the bad one, wherever the estate delivers it. Each action answers for itself
 * (`rollsBack`): a registry's alias, an address in a model server, a tag, a name at a gateway. Delivery channels that would put the bad
 * version back at their next sync are held still first, unless one of the levers tells that very channel what to deliver.
 *
 * Where two levers would do for the same thing, the quicker one is pulled alone: traffic that goes back to a revision which still runs
 * waits for nothing to be loaded, and a second change of the same server would make a third revision.
 */
import { type AnyAction, type Lever, lever, type NodeId, type RollbackWish } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { stopDelivery } from '../../planning/supplements/stop-delivery.ts';

export interface RollbackLever {
  readonly lever: Lever;
  readonly why: string;
}

/** Pure. Empty where nothing at hand delivers the bad version. */
export function rollbackLevers(
  graph: AttackGraph,
  wish: RollbackWish,
  actions: readonly AnyAction[],
  compromised: readonly number[],
): readonly RollbackLever[] {
  const found = new Map<string, RollbackLever & { readonly target: NodeId; readonly seconds: number }>();
  for (const action of actions)
    for (const given of action.rollsBack?.(wish, graph.estate) ?? []) {
      const params = action.params.safeParse(given);
      if (!params.success) continue;
      const made = lever(action.id, params.data as Readonly<Record<string, unknown>>);
      const why = `Version ${wish.to.version} comes back in the place of ${wish.from.version}.`;
      const target = action.target(params.data).id;
      found.set(made.key, { lever: made, why, target, seconds: action.takes?.(params.data, graph.estate) ?? 0 });
    }
  if (found.size === 0) return [];
  const quickest = new Map<NodeId, number>();
  for (const { target, seconds } of found.values())
    quickest.set(target, Math.min(seconds, quickest.get(target) ?? seconds));
  const targets = new Set(quickest.keys());
  const known = new Set(actions.map(({ id }) => id));
  const held = stopDelivery
    .propose({ graph, compromised, targets: [...targets], suspects: [], has: (id) => known.has(id) })
    .filter(({ lever: each }) => !targets.has(targetOf(each, actions)));
  const pulled = [...found.values()].filter(({ target, seconds }) => seconds === quickest.get(target));
  return [...held, ...pulled.map(({ lever: each, why }) => ({ lever: each, why }))];
}

/** Whether a lever delivers a version: then it stays pulled when access returns. */
export function deliversVersion(action: AnyAction | undefined): boolean {
  return action?.rollsBack !== undefined;
}

function targetOf({ action, params }: Lever, actions: readonly AnyAction[]): NodeId {
  const known = actions.find(({ id }) => id === action);
  return known === undefined ? '' : known.target(known.params.parse(params)).id;
}
