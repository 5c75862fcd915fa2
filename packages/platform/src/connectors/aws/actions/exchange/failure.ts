/**
 * What a failed command means for a step. Decided by the kind of failure alone.
 *
 * The one thing that must never go wrong here: a write that may have taken effect is `unknown`, so that the runner reads
 * again instead of repeating it. That is so when it left and no answer came, and when AWS answered with an error of its own.
 */
import { type ErrorCode, FirebreakError, type Outcome } from '@firebreak/contract';
import type { CommandFailure, Reply } from '../../account/control.ts';

export type Failed = Extract<Reply, { ok: false }>;

const meaning: Readonly<Record<CommandFailure, { code: ErrorCode; retryable: boolean; mayHaveHappened: boolean }>> = {
  absent: { code: 'FB-AWS-GONE', retryable: false, mayHaveHappened: false },
  conflict: { code: 'FB-AWS-CONFLICT', retryable: true, mayHaveHappened: false },
  quota: { code: 'FB-STEP-REFUSED', retryable: false, mayHaveHappened: false },
  denied: { code: 'FB-AWS-FORBIDDEN', retryable: false, mayHaveHappened: false },
  expired: { code: 'FB-HTTP-UNAUTHORIZED', retryable: false, mayHaveHappened: false },
  throttled: { code: 'FB-HTTP-THROTTLED', retryable: true, mayHaveHappened: false },
  refused: { code: 'FB-STEP-REFUSED', retryable: false, mayHaveHappened: false },
  elsewhere: { code: 'FB-HTTP-UNREACHABLE', retryable: true, mayHaveHappened: false },
  unreachable: { code: 'FB-HTTP-UNREACHABLE', retryable: true, mayHaveHappened: true },
  timeout: { code: 'FB-HTTP-TIMEOUT', retryable: true, mayHaveHappened: true },
  'server-error': { code: 'FB-HTTP-SERVER-ERROR', retryable: true, mayHaveHappened: true },
  invalid: { code: 'FB-HTTP-RESPONSE-INVALID', retryable: true, mayHaveHappened: true },
  'too-large': { code: 'FB-HTTP-TOO-LARGE', retryable: false, mayHaveHappened: true },
  endless: { code: 'FB-HTTP-ENDLESS', retryable: false, mayHaveHappened: true },
  enough: { code: 'FB-HTTP-ENDLESS', retryable: false, mayHaveHappened: true },
  unread: { code: 'FB-AWS-UNREAD', retryable: false, mayHaveHappened: false },
};

/** How a failed write ended. */
export function writeOutcome(failed: Failed, what: string): Outcome {
  const { code, retryable, mayHaveHappened } = meaning[failed.failure];
  const reason = inWords(failed, what);
  return failed.sent && mayHaveHappened
    ? { outcome: 'unknown', reason }
    : { outcome: 'refused', code, reason, retryable };
}

/** For what could not be read: it stops the command, or the runner tries later. */
export function readError(failed: Failed, what: string): FirebreakError {
  return new FirebreakError(meaning[failed.failure].code, inWords(failed, what));
}

/** A failure in words, without what AWS said. */
export function inWords({ reason, error }: Failed, what: string): string {
  return `${what}: ${reason}${error === '' ? '' : ` (${error})`}`;
}
