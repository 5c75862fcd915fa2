/**
 * What expires: a containment, or a step of it, that was to stand for some time only. When the time has come, it is undone as a
 * person would undo it, in order and never by force; people are told ahead, and may renew it.
 *
 * Time is the database's, and an expiry is struck out in the transaction that acts upon it. So however the clock is set, and
 * however many workers look, each expiry undoes once.
 */
import type { Ledger } from '../ledger/ledger.ts';
import { recordEvidence } from './journal.ts';
import { standingOf, undoOf } from './new-execution.ts';
import type { Pace } from './pace.ts';
import type { ExecutionRow, ExecutionStore, Expiry, StepRow } from './store.ts';

export interface LeaseParts<Tx> {
  readonly id: string;
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly pace: Pick<Pace, 'leaseAheadMs'>;
  readonly now: () => Date;
}

/** Acts upon what has expired of the incident, or tells of what will. @returns whether there is something to do now */
export async function tendLeases<Tx>(parts: LeaseParts<Tx>, incident: string): Promise<boolean> {
  const { store, pace } = parts;
  return store.transaction(async (tx) => {
    const executions = await store.lockIncident(tx, incident);
    if (executions.some(isUndoing)) return false;
    const actor = `lease:${parts.id}`;
    const say = (kind: string, body: Record<string, unknown>) =>
      recordEvidence(parts, tx, [{ incident, actor, kind, body }]);

    const over = executions.filter(({ expiry }) => isOver(expiry));
    const underWay = executions.filter((each) => isUnderWay(each) && !over.includes(each));
    // a single step waits until nothing is under way that may stand on it
    const steps = underWay.length > 0 ? [] : stepsOf(executions).filter(({ expiry }) => isOver(expiry));
    if (over.length === 0 && steps.length === 0) {
      const soon = executions.filter(({ expiry }) => isSoon(expiry, pace.leaseAheadMs));
      const soonSteps = stepsOf(executions).filter(({ expiry }) => isSoon(expiry, pace.leaseAheadMs));
      for (const { id, expiry } of soon) await say('lease.ending', { execution: id, expiresAt: expiry?.at });
      for (const { execution, plan, expiry } of soonSteps)
        await say('lease.ending', { execution, step: plan?.id, expiresAt: expiry?.at });
      for (const { id } of soon) await store.tellLease(tx, { execution: id, steps: [] });
      await store.tellLease(tx, { execution: null, steps: soonSteps.map(({ id }) => id) });
      return false;
    }

    const rows = new Set([...over.flatMap((each) => each.steps), ...steps].map(({ id }) => id));
    for (const each of over) {
      if (isUnderWay(each)) await store.stop(tx, each.id);
      await store.setLease(tx, { execution: each.id, steps: [] }, null);
    }
    const cleared = stepsOf(executions).filter((row) => row.expiry !== null && rows.has(row.id));
    await store.setLease(tx, { execution: null, steps: cleared.map(({ id }) => id) }, null);
    const stands = standingOf(executions).some(({ id }) => rows.has(id));
    const about = { incident, by: 'lease', at: parts.now(), force: false, merge: false };
    const made = stands ? undoOf(executions, about, rows) : null;
    if (made !== null) await store.create(tx, made);
    else if (!over.some(isUnderWay)) return false;
    await say('lease.expired', {
      of: [...over.map(({ id }) => id), ...steps.map(({ plan }) => plan?.id)],
      execution: made?.id ?? null,
      steps: (made?.steps ?? []).map(({ plan }) => plan?.id),
    });
    return made !== null;
  });
}

/** What expires of these executions and has not yet. */
export function leasesOf(executions: readonly ExecutionRow[]): {
  readonly executions: readonly ExecutionRow[];
  readonly steps: readonly StepRow[];
} {
  const runs = (expiry: Expiry | null): boolean => expiry !== null && expiry.inMs > 0;
  return {
    executions: executions.filter(({ expiry }) => runs(expiry)),
    steps: stepsOf(executions).filter(({ expiry }) => runs(expiry)),
  };
}

function stepsOf(executions: readonly ExecutionRow[]): readonly StepRow[] {
  return executions.flatMap(({ steps }) => steps);
}

function isUndoing({ direction, state }: ExecutionRow): boolean {
  return direction === 'undo' && (state === 'running' || state === 'paused');
}

function isUnderWay({ state }: ExecutionRow): boolean {
  return state === 'running' || state === 'paused' || state === 'waiting-approval';
}

function isOver(expiry: Expiry | null): boolean {
  return expiry !== null && expiry.inMs <= 0;
}

/** The store's `expiring` says the same of whole incidents. */
function isSoon(expiry: Expiry | null, aheadMs: number): boolean {
  return expiry !== null && !expiry.told && expiry.inMs <= Math.min(aheadMs, expiry.lengthMs / 5);
}
