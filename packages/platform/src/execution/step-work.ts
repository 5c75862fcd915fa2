/**
 * What the code for one row of work has in its hands: the claim, the action with its parameters, and ways to write that
 * end the work as soon as the row is no longer ours.
 */
import {
  type AnyAction,
  type Attempt,
  type BeforeState,
  catalogue,
  FirebreakError,
  type Outcome,
  type ProbeResult,
} from '@firebreak/contract';
import type { Ledger } from '../ledger/ledger.ts';
import type { EvidenceFirst, TakenFirst } from './evidence-first.ts';
import type { EvidenceEntry, Journal } from './journal.ts';
import type { Lease } from './lease.ts';
import type { Pace } from './pace.ts';
import { stateFrom } from './recorded-state.ts';
import type { Seal } from './seal.ts';
import type { Claim, ExecutionStore, Move, StepChange } from './store.ts';

/** The row belongs to another worker, or the worker shuts down: whatever is under way is nobody's result. */
export class ClaimLost extends Error {}

/** How the work on a row ends; the worker writes it. */
export interface Ending {
  readonly change: StepChange;
  readonly evidence: readonly EvidenceEntry[];
  readonly move: Move;
}

export type Reading =
  | { readonly result: 'read'; readonly state: BeforeState<unknown> }
  | { readonly result: 'refused'; readonly code: string; readonly reason: string; readonly retryable: boolean };

/** Parts that all rows of work share. */
export interface WorkParts<Tx> {
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly journal: Journal;
  readonly seal: Seal;
  readonly pace: Pace;
  readonly session: (action: string, params: unknown) => unknown;
  /** Takes what a step is about to destroy. */
  readonly evidenceFirst: EvidenceFirst;
}

export interface StepWork {
  readonly claim: Claim;
  readonly action: AnyAction;
  readonly params: unknown;
  readonly pace: Pace;
  /** Writes and keeps the claim. */
  record(change: StepChange, evidence: readonly EvidenceEntry[]): Promise<void>;
  /** A recorded state by its digest. */
  recorded(digest: string): Promise<unknown>;
  read(): Promise<Reading>;
  /** What the step is about to destroy is taken as evidence; a refusal when it must be and could not. */
  takeFirst(objects: readonly string[]): Promise<TakenFirst | Extract<Reading, { result: 'refused' }>>;
  /** `apply` or `restore` from a state, with a lease that is certainly held when the request leaves. */
  attempt(what: 'apply' | 'restore', from: unknown): Promise<Outcome>;
  /** `again`: it could not run, for a reason that may pass. */
  probe(before: BeforeState<unknown>): Promise<{ readonly results: readonly ProbeResult[]; readonly again: boolean }>;
  sealed(secret: string): Uint8Array;
  opened(): string | undefined;
  pause(ms: number): Promise<void>;
}

export async function openStepWork<Tx>(
  parts: WorkParts<Tx>,
  claim: Claim,
  lease: Lease,
  action: AnyAction,
): Promise<StepWork> {
  const { store: _, ledger, journal, seal, pace } = parts;
  const params: unknown = action.params.parse(claim.step.plan?.lever.params);
  const session = await parts.session(action.id, params);
  const key = `${claim.execution.id}/${claim.step.plan?.id}`;
  const { force } = claim.execution;
  function call<T>(make: (attempt: Attempt<unknown>) => Promise<T>): Promise<T> {
    return withDeadline(pace.callMs, lease.signal, (signal) => make({ session, signal, key, force }));
  }
  function mustHold(): void {
    if (!lease.isHeld()) throw new ClaimLost();
  }

  return {
    claim,
    action,
    params,
    pace,
    async record(change, evidence) {
      mustHold();
      const granted = lease.renewing();
      const { result } = await journal.write({ claim, change, move: { what: 'keep' } }, evidence);
      if (result === 'fenced') throw new ClaimLost();
      granted();
      mustHold();
    },
    recorded: async (digest) => stateFrom(action, await ledger.getBlob(digest)),
    async read() {
      try {
        const state = await call((attempt) => action.read(attempt, params));
        mustHold();
        return { result: 'read', state: { ...state, record: normal(action, state.record) } };
      } catch (error) {
        mustHold();
        return refusedBy(error);
      }
    },
    async takeFirst(objects) {
      const { execution, step } = claim;
      const about = {
        incident: execution.incident,
        execution: execution.id,
        step: step.plan?.id ?? step.id,
        action: action.id,
        target: action.target(params),
        objects,
        by: `step ${step.plan?.id ?? step.id}`,
      };
      try {
        // It may take long: the claim is renewed meanwhile, and its signal ends it when that is lost.
        const taken = await parts.evidenceFirst.take(about, lease.signal);
        mustHold();
        return taken;
      } catch (error) {
        mustHold();
        return refusedBy(error);
      }
    },
    async attempt(what, from) {
      mustHold();
      const send =
        what === 'apply' ? action.apply : action.reversal.kind === 'restore' ? action.reversal.restore : null;
      if (send === null) throw new Error(`${action.id} has no ${what}`);
      try {
        const outcome = await call((attempt) => send(attempt, params, from));
        mustHold();
        return outcome;
      } catch (error) {
        mustHold();
        // it may have thrown after its request left
        return { outcome: 'unknown', reason: refusedBy(error).reason };
      }
    },
    async probe(before) {
      try {
        const results = await call((attempt) => action.probe(attempt, params, before));
        mustHold();
        return { results, again: false };
      } catch (error) {
        mustHold();
        const { reason, retryable } = refusedBy(error);
        const evidence = `It could not run: ${reason}`;
        return { results: [{ what: 'The probe itself', result: 'cannot-tell', evidence }], again: retryable };
      }
    },
    sealed: (secret) => seal.seal(secret, claim.step.id),
    opened: () => (claim.sealed === null ? undefined : seal.open(claim.sealed, claim.step.id)),
    async pause(ms) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        lease.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
      });
      mustHold();
    },
  };
}

/**
 * Ends the wait at the deadline or when the signal says so, also for work that ignores its signal: a call that hangs must
 * not hold a row for ever.
 *
 * @throws FirebreakError FB-CANCELLED at the deadline, the signal's reason when it aborts.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const given = Promise.withResolvers<never>();
  const giveUp = (reason: unknown): void => {
    controller.abort(reason);
    given.reject(reason);
  };
  const onAbort = (): void => giveUp(signal.reason);
  const timer = setTimeout(
    () => giveUp(new FirebreakError('FB-CANCELLED', `There was no answer within ${ms / 1000} seconds.`)),
    ms,
  );
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), given.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Exactly what would come back from the blob, so that comparisons do not depend on where a state came from. */
function normal(action: AnyAction, record: unknown): unknown {
  return action.before.parse(JSON.parse(JSON.stringify(record)));
}

/** Whether trying again may help is read off the status of the catalogue: the peer's trouble (5xx), not our request's. */
export function refusedBy(error: unknown): Extract<Reading, { result: 'refused' }> {
  if (error instanceof FirebreakError) {
    const { status } = catalogue[error.code];
    return { result: 'refused', code: error.code, reason: error.why, retryable: status > 500 || status === 409 };
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { result: 'refused', code: 'FB-INTERNAL', reason: reason.slice(0, 500), retryable: false };
}
