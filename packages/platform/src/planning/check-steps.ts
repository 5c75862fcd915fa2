/**
 * People approve what they read, so each step of a plan must be what it says: its parameters are those of a known action,
 * and title, stage, target and reversal are what that action says for them. A check of its own, since it needs the actions.
 */
import type { AnyAction, Plan, PlanCheck, PlanStep } from '@firebreak/contract';

export function checkSteps(plan: Plan, actions: readonly AnyAction[]): PlanCheck['checks'][number] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const wrong = plan.steps.filter((step) => !saysWhatItDoes(step, byId.get(step.lever.action)));
  return {
    check: 'every step says what its action does',
    ok: wrong.length === 0,
    detail: wrong.length === 0 ? `${plan.steps.length} steps` : `not so: ${wrong.map(({ id }) => id).join(', ')}`,
  };
}

function saysWhatItDoes(step: PlanStep, action: AnyAction | undefined): boolean {
  const params = action?.params.safeParse(step.lever.params);
  if (action === undefined || params?.success !== true) return false;
  const { reversal } = action;
  const how = reversal.kind === 'none' ? reversal.because : action.undoes(params.data);
  return (
    step.title === action.describe(params.data) &&
    step.stage === action.stage &&
    step.target.id === action.target(params.data).id &&
    step.reversal.kind === reversal.kind &&
    step.reversal.how === how
  );
}
