/**
 * Plans made elsewhere, such as the file that `firebreak plan` wrote. People approve what they read, so a plan that comes
 * from outside must be what it says: every step titled as its action titles it, every claim confirmed on the estate as it
 * is now.
 */
import { type AnyAction, FirebreakError, type Incident, type Plan } from '@firebreak/contract';
import { manifestSet } from '../../facts/manifest-set.ts';
import type { Handlers } from '../../http/handlers.ts';
import { checkPlan } from '../../planning/check-plan.ts';
import { checkSteps } from '../../planning/check-steps.ts';
import { mustHaveField, type Station } from '../station.ts';

export function givenPlanHandlers(station: Station): Pick<Handlers, 'previewPlan' | 'usePlan'> {
  const { incidents } = station;
  return {
    previewPlan: async ({ body: plan, signal }) => {
      const { actions, runner } = mustHaveField(station);
      mustSayWhatItDoes(plan, actions);
      const steps = await runner.preview(plan, signal);
      return { steps: steps.map((step) => ({ ...step, changes: [...step.changes] })) };
    },

    usePlan: async ({ params, body: plan, caller, signal }) => {
      const { actions, holder } = mustHaveField(station);
      mustConcern(plan, await incidents.get(params.id));
      mustSayWhatItDoes(plan, actions);
      const { estate, graph } = await holder.collect(signal);
      const failed = checkPlan(plan, graph).checks.find(({ ok }) => !ok);
      if (failed !== undefined) throw new FirebreakError('FB-PLAN-CHECK-FAILED', `${failed.check}: ${failed.detail}.`);
      return incidents.recordPlan({ incident: params.id, plan, manifests: manifestSet(estate), by: caller.name });
    },
  };
}

/** @throws FirebreakError FB-PLAN-CHECK-FAILED */
function mustConcern(plan: Plan, incident: Incident): void {
  const planned = plan.compromised.map(({ id }) => id).sort();
  const same = plan.protect === incident.protect && planned.join('\n') === [...incident.compromised].sort().join('\n');
  if (!same)
    throw new FirebreakError(
      'FB-PLAN-CHECK-FAILED',
      'The plan starts from other nodes or protects others than the incident.',
    );
}

/** @throws FirebreakError FB-PLAN-CHECK-FAILED naming the steps that are not what they say */
function mustSayWhatItDoes(plan: Plan, actions: readonly AnyAction[]): void {
  const { check, ok, detail } = checkSteps(plan, actions);
  if (!ok) throw new FirebreakError('FB-PLAN-CHECK-FAILED', `${check}: ${detail}.`);
}
