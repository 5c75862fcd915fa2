/** Asks the approval policy about every step that somebody wants to approve. One refusal refuses all: nothing is half approved. */
import { FirebreakError, type NodeId } from '@firebreak/contract';
import type { ExecutionRow, StepRow } from '../store.ts';
import type { ApprovalPolicy, ApprovalQuestion, Approver } from './policy.ts';

export interface Asked {
  readonly approvals: ApprovalPolicy;
  readonly asset: (id: NodeId) => ApprovalQuestion['target'] | Promise<ApprovalQuestion['target']>;
}

/**
 * By step, the policies that permit it.
 *
 * @throws FirebreakError FB-APPROVAL-REFUSED with every step that is refused, and why
 */
export async function mayApprove(
  { approvals, asset }: Asked,
  execution: ExecutionRow,
  rows: readonly StepRow[],
  by: Approver,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const permitted: Record<string, readonly string[]> = {};
  const refused: string[] = [];
  for (const { plan: step, approvals: given, ordinal } of rows) {
    if (step === null) continue;
    const before = execution.steps.filter(({ plan, ordinal: at }) => plan?.stage === 'evidence' && at < ordinal);
    const { allowed, policies, why } = approvals.decide({
      by,
      incident: execution.incident,
      phase: execution.state === 'running' ? 'running' : 'waiting-approval',
      step,
      approvedBy: given.map((approval) => approval.by),
      evidencePlanned: before.length > 0,
      evidenceTaken: before.length > 0 && before.every(({ state }) => state === 'done'),
      target: await asset(step.target.id),
    });
    if (allowed) permitted[step.id] = policies;
    else refused.push(`step ${ordinal} (${step.title}): ${why}`);
  }
  const [first, ...more] = refused;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` ${more.length} more steps are refused as well.`;
    throw new FirebreakError('FB-APPROVAL-REFUSED', `${by.name} may not approve ${first}${others}`, {
      detail: { refused },
    });
  }
  return permitted;
}
