import { catalogue, type ErrorCode } from '@firebreak/contract/errors';
import type { errorSchema } from '@firebreak/contract/routes';
import type { z } from 'zod';

/** What went wrong, in the three sentences of the error catalogue. */
export type Problem = z.infer<typeof errorSchema>;

/** The one error that calling the server throws. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.what} ${problem.why}`);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** A problem that this side found, in the catalogue's words. `why` is one sentence about this occurrence. */
export function problemOf(code: ErrorCode, why: string): ProblemError {
  return new ProblemError({ code, what: catalogue[code].what, why, next: catalogue[code].next });
}

/** Anything thrown, as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'FB-INTERNAL', what: catalogue['FB-INTERNAL'].what, why, next: 'Reload the page and try again.' };
}

/** Whether the error says that nobody is signed in (any more). */
export function needsSignIn(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'FB-AUTH-REQUIRED';
}
