/**
 * What a failed request means for a step. Decided by the kind of failure alone, never by its text.
 *
 * The one thing that must never go wrong here: a write that may have taken effect is `unknown`, so that the runner reads
 * again instead of repeating it. That is so when the request left and no answer came, and also when the server answered
 * with an error of its own: etcd may have committed what the API server then failed to report.
 */
import { type ErrorCode, FirebreakError, type Outcome } from '@firebreak/contract';
import { printable } from '../../../../intake/foreign.ts';
import type { ApiFailure, ApiResult } from '../../api.ts';

export type Failed = Extract<ApiResult<unknown>, { ok: false }>;
export type Refused = Extract<Outcome, { outcome: 'refused' }>;

const meaning: Readonly<Record<ApiFailure, { code: ErrorCode; retryable: boolean; mayHaveHappened: boolean }>> = {
  'not-found': { code: 'FB-K8S-GONE', retryable: false, mayHaveHappened: false },
  conflict: { code: 'FB-K8S-CONFLICT', retryable: true, mayHaveHappened: false },
  forbidden: { code: 'FB-K8S-FORBIDDEN', retryable: false, mayHaveHappened: false },
  unauthorized: { code: 'FB-K8S-UNAUTHORIZED', retryable: false, mayHaveHappened: false },
  invalid: { code: 'FB-STEP-REFUSED', retryable: false, mayHaveHappened: false },
  throttled: { code: 'FB-K8S-THROTTLED', retryable: true, mayHaveHappened: false },
  'server-error': { code: 'FB-K8S-SERVER-ERROR', retryable: true, mayHaveHappened: true },
  timeout: { code: 'FB-K8S-TIMEOUT', retryable: true, mayHaveHappened: true },
  unreachable: { code: 'FB-K8S-UNREACHABLE', retryable: true, mayHaveHappened: true },
  'bad-response': { code: 'FB-K8S-RESPONSE-INVALID', retryable: true, mayHaveHappened: true },
};

/** How a failed write ended. */
export function writeOutcome(failed: Failed): Outcome {
  const { mayHaveHappened } = meaning[failed.failure];
  if (failed.sent && mayHaveHappened) return { outcome: 'unknown', reason: printable(failed.reason) };
  return refusedBy(failed);
}

/** A read before the write failed, or the server said no: nothing was changed. */
export function refusedBy(failed: Failed): Refused {
  const { code, retryable } = meaning[failed.failure];
  return { outcome: 'refused', code, reason: printable(failed.reason), retryable };
}

/** What a refusal means after another write of the same attempt went through: it is no longer true that nothing happened. */
export function brokenOff(outcome: Outcome): Outcome {
  if (outcome.outcome !== 'refused') return outcome;
  return { outcome: 'unknown', reason: `It broke off after a part was done: ${outcome.code}: ${outcome.reason}` };
}

export function refused(code: ErrorCode, reason: string, retryable = false): Refused {
  return { outcome: 'refused', code, reason, retryable };
}

/** For `read`, which has no outcome to return: what could not be read stops the command. */
export function readError(failed: Failed, what: string): FirebreakError {
  return new FirebreakError(meaning[failed.failure].code, `Reading ${what}: ${printable(failed.reason)}`);
}

/** A failure in words for a probe's evidence. */
export function inWords(failed: Failed): string {
  const status = failed.status === undefined ? '' : ` (HTTP ${failed.status})`;
  return `${failed.failure}${status}: ${printable(failed.reason)}`;
}
