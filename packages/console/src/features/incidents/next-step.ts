import type { Execution, Incident } from '@firebreak/contract/incident';
import type { Plan } from '@firebreak/contract/plan';
import { may, type Principal } from '../../data/session.ts';
import { waitsForOthers } from '../plan/approval.ts';

/** The one thing to do next, for the one primary button of the incident's header. */
export interface NextStep {
  readonly label: string;
  readonly act: 'make-plan' | 'open-plan' | 'approve' | 'open-evidence';
  /** One sentence next to the button. */
  readonly why: string;
}

/** Decided from what the server says alone; says who has to act when it is somebody else. */
export function nextStep(
  incident: Incident,
  plan: Plan | null | undefined,
  execution: Execution | null | undefined,
  principal: Principal | null,
): NextStep {
  switch (incident.state) {
    case 'open':
      return may(principal, 'responder')
        ? { label: 'Make a plan', act: 'make-plan', why: 'Nothing is contained yet.' }
        : { label: 'See the plan', act: 'open-plan', why: 'A responder has to make the plan.' };
    case 'planned':
      return planned(plan, execution, principal);
    case 'containing':
      return execution?.state === 'waiting-approval'
        ? planned(plan, execution, principal)
        : { label: 'Watch the containment', act: 'open-plan', why: 'Steps are being applied and probed.' };
    case 'contained':
      return {
        label: 'Hand over the evidence',
        act: 'open-evidence',
        why: 'Every probe held and a fresh collect agrees.',
      };
    case 'not-contained':
      return { label: 'See what was reverted', act: 'open-plan', why: 'It was contained and is no longer.' };
    case 'stopped':
      return { label: 'See what stopped it', act: 'open-plan', why: 'Not contained. What was done stands.' };
    case 'undoing':
      return { label: 'Watch the undo', act: 'open-plan', why: 'Steps are being undone, last first.' };
    case 'undone':
      return { label: 'See the evidence', act: 'open-evidence', why: 'Everything was put back.' };
    case 'recovering':
      return execution?.state === 'waiting-approval'
        ? planned(plan, execution, principal)
        : { label: 'Watch the recovery', act: 'open-plan', why: 'Verified versions or access are brought back.' };
    case 'returned':
      return {
        label: 'Hand over the evidence',
        act: 'open-evidence',
        why: 'Recovery is attested, and access is back.',
      };
  }
}

function planned(
  plan: Plan | null | undefined,
  execution: Execution | null | undefined,
  principal: Principal | null,
): NextStep {
  if (plan?.verdict === 'nothing-to-cut') {
    return { label: 'See the plan', act: 'open-plan', why: 'Nothing protected was reachable.' };
  }
  if (!may(principal, 'approver')) {
    return { label: 'Review the plan', act: 'open-plan', why: 'An approver has to approve it.' };
  }
  if (execution?.state === 'waiting-approval' && waitsForOthers(execution, principal?.name ?? '')) {
    return { label: 'See what waits', act: 'open-plan', why: 'You approved; a second person has to approve too.' };
  }
  return { label: 'Review and approve', act: 'approve', why: 'Nothing changes before somebody approves.' };
}
