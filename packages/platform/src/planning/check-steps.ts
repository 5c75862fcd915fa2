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

/**
 * After all that it names, and after all that must come first: evidence, then what delivers, authority before whatever restarts
 * because of it, and on one thing the stages in their order. What must come first is named.
 */
function comesInOrder(step: PlanStep, before: readonly PlanStep[]): boolean {
  const earlier = new Set(before.map(({ id }) => id));
  const awaited = new Set(step.after);
  return (
    step.ordinal === before.length + 1 &&
    !earlier.has(step.id) &&
    step.after.every((id) => earlier.has(id)) &&
    before.every((other) => !comesBefore(step, other) && (!comesBefore(other, step) || awaited.has(other.id)))
  );
}

function comesBefore(one: PlanStep, other: PlanStep): boolean {
  if (one.stage === 'evidence' || other.stage === 'evidence')
    return one.stage === 'evidence' && other.stage !== 'evidence';
  if ((one.wave ?? 1) !== (other.wave ?? 1)) return (one.wave ?? 1) < (other.wave ?? 1);
  if (one.stage === 'delivery' || other.stage === 'delivery')
    return one.stage === 'delivery' && other.stage !== 'delivery';
  const authority = ({ stage }: PlanStep) => stage === 'access' || stage === 'network';
  const restarts = ({ stage, restarts: pods }: PlanStep) => stage === 'eviction' || pods.length > 0;
  if (authority(one) && !authority(other) && restarts(other)) return true;
  if (authority(other) && !authority(one) && restarts(one)) return false;
  return one.target.id === other.target.id && stages.indexOf(one.stage) < stages.indexOf(other.stage);
}
