import { FirebreakError, type Plan } from '@firebreak/contract';
import { manifestSet } from '../../facts/manifest-set.ts';
import type { Handlers } from '../../http/handlers.ts';
import { checkClaims } from '../../planning/check-claims.ts';
import { checkPlan } from '../../planning/check-plan.ts';
import { checkSteps } from '../../planning/check-steps.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { makePlan, type PlanRequest } from '../../planning/make-plan.ts';
import { mustHaveField, mustStillHold, type Station } from '../station.ts';
import { withheldFrom } from '../withheld.ts';

/** From plan to proof and back: make, check, dry-run, approve, watch, undo. */
export function containmentHandlers(
  station: Station,
): Pick<Handlers, 'makePlan' | 'plan' | 'checkPlan' | 'dryRun' | 'approve' | 'execution' | 'undo'> {
  const { incidents } = station;
  return {
    makePlan: ({ params, caller, signal }) => planIncident(station, params.id, caller.name, signal),
    plan: ({ params }) => incidents.plan(params.id),

    checkPlan: async ({ params, signal }) => {
      const plan = await incidents.plan(params.id);
      const { holder, actions } = mustHaveField(station);
      const { graph } = await holder.collect(signal);
      return checkPlan(plan, graph, [checkSteps(plan, actions), ...checkClaims(plan, graph, actions)]);
    },

    dryRun: async ({ params, signal }) => {
      const steps = await mustHaveField(station).runner.preview(await incidents.plan(params.id), signal);
      return { steps: steps.map((step) => ({ ...step, changes: [...step.changes] })) };
    },

    approve: async ({ params, body, caller, signal }) => {
      const field = mustHaveField(station);
      const plan = await incidents.plan(params.id);
      if (plan.digest !== body.digest) {
        throw new FirebreakError('FB-APPROVAL-DIGEST', `The plan of this incident is ${plan.digest}.`);
      }
      const before = await field.runner.status(params.id);
      if (before === null || before.planDigest !== plan.digest) await mustStillHold(field, plan, signal);
      await field.runner.start({ incident: params.id, plan, by: caller.name });
      return field.runner.approve({
        incident: params.id,
        digest: body.digest,
        by: caller.name,
        role: caller.role,
        ...(body.steps === undefined ? {} : { steps: body.steps }),
      });
    },

    execution: async ({ params }) => {
      await incidents.get(params.id);
      return station.field === undefined ? null : station.field.runner.status(params.id);
    },

    undo: ({ params, body, caller }) =>
      mustHaveField(station).runner.undo({ incident: params.id, by: caller.name, force: body.force }),
  };
}

/** What a person may wish of a plan beyond the cheapest. */
export type PlanWish = Pick<PlanRequest, 'variant' | 'pin' | 'forbid'>;

/** Collects afresh, plans, and records plan, facts and graph digest with the incident. */
export async function planIncident(
  station: Station,
  incident: string,
  by: string,
  signal: AbortSignal,
  wish: PlanWish = {},
): Promise<Plan> {
  const { compromised, protect } = await station.incidents.get(incident);
  const { holder, actions } = mustHaveField(station);
  const { estate, graph } = await holder.collect(signal);
  const numbers = compromised.map((id) => graph.resolve(id));
  const request = { ...wish, compromised: numbers, protect, actions, withheld: withheldFrom(actions) };
  const plan = makePlan(graph, request, await loadSolver());
  await station.incidents.recordPlan({ incident, plan, manifests: manifestSet(estate), by });
  return plan;
}
