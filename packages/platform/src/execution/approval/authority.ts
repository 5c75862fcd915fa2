/**
 * From approvals to the right to begin: an approval counts for a while, a step with enough of them gets its capability, and a
 * worker shows it before it begins. What was approved and not begun in time waits for approval again; what shows no
 * capability, a used one or one of another's making ends the execution, and the log keeps that it was tried.
 */
import { FirebreakError, type PlanStep } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { recordEvidence } from '../journal.ts';
import { ClaimLost } from '../step-work.ts';
import type { Claim, ExecutionRow, ExecutionStore, StepRow } from '../store.ts';
import { admission, type CapabilityKey } from './capability.ts';
import type { ApprovalStore } from './store.ts';

/** How long an approval counts: as long as one person may be expected to remember what they saw. */
const approvalMs = 60 * 60 * 1000;

export interface AuthorityParts<Tx> {
  readonly approvals: ApprovalStore<Tx>;
  readonly store: Pick<ExecutionStore<Tx>, 'transaction' | 'putBlobs'>;
  readonly ledger: Ledger<Tx>;
  readonly key: CapabilityKey;
  readonly clock: Clock;
  /** How long an approval counts; an hour when absent. */
  readonly approvalMs?: number;
}

export interface Authority<Tx> {
  readonly approvals: ApprovalStore<Tx>;
  /** The execution as it stands: without approvals that count no more, of steps that have not begun. */
  standing(execution: ExecutionRow): ExecutionRow;
  /** The same, with those approvals taken back, and the log told. */
  withoutLapsed(tx: Tx, execution: ExecutionRow): Promise<ExecutionRow>;
  /** Mints for every row that has all its approvals now; the steps with the time until which they may begin. */
  grant(tx: Tx, execution: ExecutionRow, rows: readonly StepRow[]): Promise<Readonly<Record<string, string>>>;
  /**
   * Lets a worker begin or go on with a row, or does not.
   *
   * @throws FirebreakError FB-CAPABILITY-INVALID, FB-CAPABILITY-USED; ClaimLost when the row waits for approval again
   */
  admit(claim: Claim): Promise<void>;
}

export function createAuthority<Tx>(parts: AuthorityParts<Tx>): Authority<Tx> {
  const { approvals, store, ledger, key, clock } = parts;
  const countsFor = parts.approvalMs ?? approvalMs;
  const endOf = (at: string) => new Date(Date.parse(at) + countsFor);

  function standing(execution: ExecutionRow): ExecutionRow {
    const now = clock.now();
    const steps = execution.steps.map((row) => {
      if (row.state !== 'waiting' || row.attempt > 0 || row.approvals.every(({ at }) => endOf(at) > now)) return row;
      return { ...row, approvals: row.approvals.filter(({ at }) => endOf(at) > now) };
    });
    return { ...execution, steps };
  }

  function boundTo(execution: Pick<ExecutionRow, 'id' | 'incident' | 'planDigest'>, row: string) {
    return { incident: execution.incident, execution: execution.id, planDigest: execution.planDigest, row };
  }

  function record(tx: Tx, incident: string, kind: string, body: Record<string, unknown>) {
    return recordEvidence({ store, ledger }, tx, [{ incident, actor: 'approval', kind, body }]);
  }

  async function sendBack({ execution, step, fence }: Claim, plan: PlanStep, why: string): Promise<never> {
    await store.transaction(async (tx) => {
      const reason = `FB-APPROVAL-EXPIRED: ${why}`;
      if (!(await approvals.sendBack(tx, { row: step.id, fence, reason }))) return;
      await approvals.lapse(tx, [step.id], clock.now());
      await record(tx, execution.incident, 'approval.expired', {
        execution: execution.id,
        plan: execution.planDigest,
        steps: [plan.id],
        code: 'FB-APPROVAL-EXPIRED',
        why,
      });
    });
    throw new ClaimLost();
  }

  return {
    approvals,

    standing,

    async withoutLapsed(tx, execution) {
      const stands = standing(execution);
      const rows = execution.steps.filter((row, at) => row.approvals !== stands.steps[at]?.approvals);
      if (rows.length === 0) return execution;
      const ids = rows.map(({ id }) => id);
      await approvals.lapse(tx, ids, new Date(clock.now().getTime() - countsFor));
      await record(tx, execution.incident, 'approval.expired', {
        execution: execution.id,
        plan: execution.planDigest,
        steps: rows.map(({ plan }) => plan?.id),
        code: 'FB-APPROVAL-EXPIRED',
      });
      return stands;
    },

    async grant(tx, execution, rows) {
      const minted = rows.flatMap((row) => {
        if (row.plan === null || row.approvals.length < row.approvalsNeeded) return [];
        const ends = row.approvals.map(({ at }) => endOf(at).getTime());
        return [{ step: row.plan, to: boundTo(execution, row.id), expiresAt: new Date(Math.min(...ends)) }];
      });
      await approvals.putCapabilities(
        tx,
        minted.map(({ step, to, expiresAt }) => key.mint(to, step, expiresAt)),
      );
      return Object.fromEntries(minted.map(({ step, expiresAt }) => [step.id, expiresAt.toISOString()]));
    },

    async admit(claim) {
      const { execution, step } = claim;
      if (step.plan === null || step.undoes !== null) return;
      // What is done again because somebody reverted it rests on the approval of what was done.
      const row = step.reasserts ?? step.id;
      const kept = await approvals.capability(row);
      const answer = admission(key, {
        to: boundTo(execution, row),
        step: step.plan,
        attempt: step.reasserts === null ? step.attempt : Math.max(1, step.attempt),
        capability: kept?.capability ?? null,
        used: kept?.used === true,
        now: clock.now(),
      });
      if (answer.is === 'admitted') return;
      if (answer.is === 'expired') return sendBack(claim, step.plan, answer.why);
      await store.transaction((tx) =>
        record(tx, execution.incident, 'capability.refused', {
          execution: execution.id,
          plan: execution.planDigest,
          step: step.plan?.id,
          code: answer.code,
          why: answer.why,
        }),
      );
      throw new FirebreakError(answer.code, answer.why);
    },
  };
}
