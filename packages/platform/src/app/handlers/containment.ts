import type { Plan } from '@firebreak/contract';
import { manifestSet } from '../../facts/manifest-set.ts';
import type { Handlers } from '../../http/handlers.ts';
import { checkClaims } from '../../planning/check-claims.ts';
import { checkPlan } from '../../planning/check-plan.ts';
import { checkSteps } from '../../planning/check-steps.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { makePlan, type PlanRequest } from '../../planning/make-plan.ts';
import { mustHaveField, type Station } from '../station.ts';
import { suspectsOf } from '../suspects.ts';
import { withheldFrom } from '../withheld.ts';

/** What people do to an execution on its way, and to what stands after it. */
type Steering = 'watch' | 'renew' | 'pause' | 'resume' | 'abort';

/** From plan to proof and back: make, check, dry-run, watch, undo. Approving is in `approvals.ts`. */
export function containmentHandlers(
  station: Station,
): Pick<Handlers, 'makePlan' | 'plan' | 'checkPlan' | 'dryRun' | 'execution' | 'undo' | Steering> {
  const { incidents } = station;
  const runner = () => mustHaveField(station).runner;
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

    execution: async ({ params }) => {
      await incidents.get(params.id);
      return station.field === undefined ? null : station.field.runner.status(params.id);
    },

    undo: ({ params, body, caller }) =>
      mustHaveField(station).runner.undo({
        incident: params.id,
        by: caller.name,
        force: body.force,
        merge: body.merge,
      }),

    watch: ({ params, body, caller }) => runner().watch({ incident: params.id, by: caller.name, ...body }),
    renew: ({ params, body, caller }) => runner().renew({ incident: params.id, by: caller.name, ...body }),
    pause: ({ params, caller }) => runner().pause({ incident: params.id, by: caller.name }),
    resume: ({ params, caller }) => runner().resume({ incident: params.id, by: caller.name }),
    abort: ({ params, caller }) => runner().abort({ incident: params.id, by: caller.name }),
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
  const { holder, actions, lacking } = mustHaveField(station);
  const { estate, graph } = await holder.collect(signal);
  const numbers = compromised.map((id) => graph.resolve(id));
  const withheld = withheldFrom(actions, await lacking(signal));
  const suspects = await suspectsOf(station, incident, compromised, graph);
  const request = { ...wish, compromised: numbers, protect, actions, withheld, suspects };
  const plan = makePlan(graph, request, await loadSolver());
  await station.incidents.recordPlan({ incident, plan, manifests: manifestSet(estate), by });
  return plan;
}
