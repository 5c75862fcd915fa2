/**
 * What a failed command means for a step. Decided by the kind of failure alone.
 *
 * The one thing that must never go wrong here: a write that may have taken effect is `unknown`, so that the runner reads
 * again instead of repeating it. That is so when it left and no answer came, and when the server failed while answering.
 */
import { catalogue, type ErrorCode, FirebreakError, type Outcome } from '@firebreak/contract';
import type { CommandFailure, CommandFailureKind } from './http-command.ts';

export type Refused = Extract<Outcome, { outcome: 'refused' }>;

const meaning: Readonly<Record<CommandFailureKind, { code: ErrorCode; retryable: boolean; mayHaveHappened: boolean }>> =
  {
    conflict: { code: 'FB-STEP-CHANGED', retryable: true, mayHaveHappened: false },
    'not-found': { code: 'FB-HTTP-NOT-FOUND', retryable: false, mayHaveHappened: false },
    forbidden: { code: 'FB-HTTP-FORBIDDEN', retryable: false, mayHaveHappened: false },
    unauthorized: { code: 'FB-HTTP-UNAUTHORIZED', retryable: false, mayHaveHappened: false },
    throttled: { code: 'FB-HTTP-THROTTLED', retryable: true, mayHaveHappened: false },
    refused: { code: 'FB-STEP-REFUSED', retryable: false, mayHaveHappened: false },
    unreachable: { code: 'FB-HTTP-UNREACHABLE', retryable: true, mayHaveHappened: true },
    timeout: { code: 'FB-HTTP-TIMEOUT', retryable: true, mayHaveHappened: true },
    'server-error': { code: 'FB-HTTP-SERVER-ERROR', retryable: true, mayHaveHappened: true },
    'response-invalid': { code: 'FB-HTTP-RESPONSE-INVALID', retryable: true, mayHaveHappened: true },
    'too-large': { code: 'FB-HTTP-TOO-LARGE', retryable: false, mayHaveHappened: true },
    endless: { code: 'FB-HTTP-ENDLESS', retryable: false, mayHaveHappened: true },
  };

/** How a failed write ended. `what` in our words: the request without its body. */
export function writeOutcome(failed: CommandFailure, what: string): Outcome {
  const { code, retryable, mayHaveHappened } = meaning[failed.failure];
  const reason = `${what}: ${failed.reason}`;
  return failed.sent && mayHaveHappened
    ? { outcome: 'unknown', reason }
    : { outcome: 'refused', code, reason, retryable };
}

export function refused(code: ErrorCode, reason: string, retryable = false): Refused {
  return { outcome: 'refused', code, reason, retryable };
}

/** For what could not be read: it stops the command, or the runner tries later. */
export function readError(failed: CommandFailure, what: string): FirebreakError {
  return new FirebreakError(meaning[failed.failure].code, `${what}: ${failed.reason}`);
}

/** A read within `apply` that threw: nothing was sent. Surprises go on. @param changed the code that says to read and try again */
export function refusedBy(error: unknown, changed: ErrorCode = 'FB-STEP-CHANGED'): Refused {
  if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
  const { status } = catalogue[error.code];
  return refused(error.code, error.why, status > 500 || error.code === changed);
}

/** What a refusal means after another write of the same attempt went through: it is no longer true that nothing happened. */
export function brokenOffAfter(outcome: Outcome): Outcome {
  if (outcome.outcome !== 'refused') return outcome;
  return { outcome: 'unknown', reason: `It broke off after a part was done: ${outcome.code}: ${outcome.reason}` };
}
