/**
 * People approve what they read, so each step of a plan must be what it says: its parameters are those of a known action,
 * and title, stage, target and reversal are what that action says for them, and it comes when it may. A check of its own,
 * since it needs the actions.
 */
import { type AnyAction, type NodeRef, type Plan, type PlanCheck, type PlanStep, stages } from '@firebreak/contract';

export function checkSteps(plan: Plan, actions: readonly AnyAction[]): PlanCheck['checks'][number] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const wrong = plan.steps.filter(
    (step, at) => !saysWhatItDoes(step, byId.get(step.lever.action)) || !comesInOrder(step, plan.steps.slice(0, at)),
  );
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
    sameNode(step.target, action.target(params.data)) &&
    step.reversal.kind === reversal.kind &&
    step.reversal.how === how
  );
}

function sameNode(one: NodeRef, other: NodeRef): boolean {
  return one.kind === other.kind && one.id === other.id && one.name === other.name;
}

/** By the stages of the contract, after all that it names, and evidence and delivery are named by whatever comes later. */
function comesInOrder(step: PlanStep, before: readonly PlanStep[]): boolean {
  const rank = stages.indexOf(step.stage);
  const earlier = new Set(before.map(({ id }) => id));
  const awaited = new Set(step.after);
  return (
    step.ordinal === before.length + 1 &&
    !earlier.has(step.id) &&
    step.after.every((id) => earlier.has(id)) &&
    before.every(({ stage }) => stages.indexOf(stage) <= rank) &&
    before.every(
      ({ id, stage }) => stage === step.stage || (stage !== 'evidence' && stage !== 'delivery') || awaited.has(id),
    )
  );
}
