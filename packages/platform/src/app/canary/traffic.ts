/** Moves the traffic of a canary by a lever: read, apply, read back, probe, as the runner of plans does it with a step. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AnyAction,
  type CanaryConfig,
  FirebreakError,
  lever,
  type PlanStep,
  type ProbeResult,
} from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { numbered } from '../../planning/order/order.ts';
import { stepOf } from '../../planning/plan-step.ts';
import { observedUse } from '../../planning/price/observed-use.ts';
import { priceOf } from '../../planning/price/price.ts';
import type { CanaryTraffic, MoveRequest } from '../../recovery/canary/sources.ts';
import { whoAnswers } from './who-answers.ts';

export interface Levers {
  readonly actions: readonly AnyAction[];
  readonly session: (action: string, params: unknown) => unknown;
}

/** @throws FirebreakError FB-USAGE */
function leverOf(actions: readonly AnyAction[], { traffic }: CanaryConfig, percent: number) {
  if (traffic.by === 'hand') return undefined;
  const action = actions.find(({ id }) => id === traffic.action);
  if (action === undefined) throw new FirebreakError('FB-USAGE', `No open source has the lever ${traffic.action}.`);
  const params = action.params.safeParse({ ...traffic.params, percent });
  if (!params.success || (params.data as { percent?: unknown }).percent !== percent)
    throw new FirebreakError('FB-USAGE', `${traffic.action} is no lever for a share of traffic with these parameters.`);
  return { action, params: params.data as unknown };
}

/**
 * What a canary does to traffic when it passes, as a step of a plan would say it: this is what people approve. Undefined where somebody
 * else moves the traffic.
 *
 * @throws FirebreakError FB-USAGE
 */
export function promotionStep(
  config: CanaryConfig,
  actions: readonly AnyAction[],
  graph: AttackGraph,
): PlanStep | undefined {
  const found = leverOf(actions, config, 100);
  if (found === undefined) return undefined;
  const { action, params } = found;
  const price = priceOf(action, params, graph, observedUse(graph));
  const shares = config.stages.map(({ percent }) => `${percent} %`).join(', ');
  const why = `Canary “${config.name}”: ${shares} of the traffic, each only after the one before has passed.`;
  const pulled = { lever: lever(action.id, params as Readonly<Record<string, unknown>>), action, params, price };
  return numbered([stepOf(pulled, { reason: 'contain-host', why, severs: [] })])[0];
}

const readBackMs = [0, 200, 500, 1000, 2000, 4000];

/** @param levers undefined where no source is open: then somebody moves the traffic by hand */
export function canaryTraffic(levers: Levers | undefined): CanaryTraffic {
  function open(config: CanaryConfig, percent: number) {
    const found = leverOf(levers?.actions ?? [], config, percent);
    return found && { ...found, session: levers?.session(found.action.id, found.params) };
  }

  return {
    check: (config) => void open(config, config.stages[0]?.percent ?? 0),

    async move({ config, percent, before, key, signal, found }: MoveRequest) {
      const pulled = open(config, percent);
      if (pulled === undefined)
        return { outcome: 'by-hand', detail: `Somebody else gives the canary ${percent} %.`, probes: [] };
      const { action, params, session } = pulled;
      const attempt = { session, signal, key };
      const state = await action.read(attempt, params);
      if (before === undefined) await found(state.record);
      const outcome = action.inEffect(state.record, params, state.record)
        ? { outcome: 'done' as const }
        : await action.apply(attempt, params, state.record);
      if (outcome.outcome === 'refused') return { outcome: 'refused', detail: outcome.reason, probes: [] };
      let holds = false;
      for (const wait of readBackMs) {
        if (wait > 0) await sleep(wait, undefined, { signal });
        holds = action.inEffect((await action.read(attempt, params)).record, params, state.record);
        if (holds) break;
      }
      if (!holds) {
        const reason = outcome.outcome === 'unknown' ? outcome.reason : 'It is not in effect after seven seconds.';
        return { outcome: 'unknown', detail: reason, probes: [] };
      }
      const probes: readonly ProbeResult[] = await action.probe(attempt, params, state);
      return { outcome: 'done', detail: action.describe(params), probes: [...probes] };
    },

    whoAnswers,
  };
}
