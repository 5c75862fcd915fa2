/**
 * Tries whether the tokens of a service account are dead, with one that was captured before, and whether a new one works.
 *
 * The API server remembers a successful authentication for ten seconds (k8s.io/apiserver, TokenSuccessCacheTTL), and its
 * view of accounts trails a write a little; so an answer that is not yet the wanted one is asked for again, for at most half
 * a minute, and the evidence says how long it took.
 */
import type { ProbeResult } from '@firebreak/contract';
import { at } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import { inWords } from '../exchange/failure.ts';
import { waitFor } from '../exchange/patience.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { reviews } from '../objects/built-in.ts';
import { askWith, freshToken } from './fresh-token.ts';

const cacheLife = { atMost: 30_000, every: 500 };

/** A question that every account may ask about itself. */
const harmless = { resourceAttributes: { verb: 'get', resource: 'pods' } };

/** `captured` is a token from before; undefined when none could be had. */
export async function probeTokens(
  attempt: KubernetesAttempt,
  account: { readonly namespace: string; readonly name: string },
  captured: string | undefined,
): Promise<readonly ProbeResult[]> {
  return captured === undefined
    ? [
        {
          what: 'A token from before is refused',
          result: 'cannot-tell',
          evidence: 'No token could be captured before the step, so there is none to try.',
        },
        await freshWorks(attempt, account),
      ]
    : [
        await reviewed(attempt, captured),
        await refusedAtTheDoor(attempt, captured),
        await freshWorks(attempt, account),
      ];
}

async function reviewed(attempt: KubernetesAttempt, token: string): Promise<ProbeResult> {
  const what = 'A token from before is not authenticated (TokenReview)';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const authenticated = (answer: ApiResult<ApiObject>) =>
    answer.ok && at(answer.value, 'status', 'authenticated') === true;
  const seen = await waitFor(
    () => attempt.session.create(reviews.token, body, attempt.signal),
    (answer) => !authenticated(answer),
    cacheLife,
    attempt.signal,
  );
  if (!seen.last.ok) return { what, result: 'cannot-tell', evidence: inWords(seen.last) };
  return authenticated(seen.last)
    ? { what, result: 'fails', evidence: `Still authenticated after ${seen.seconds} s.` }
    : { what, result: 'holds', evidence: `Not authenticated after ${seen.seconds} s.` };
}

async function refusedAtTheDoor(attempt: KubernetesAttempt, token: string): Promise<ProbeResult> {
  const what = 'A call with a token from before gets 401';
  const seen = await waitFor(
    () => askWith(attempt, token, harmless),
    (answer) => !answer.ok && answer.failure === 'unauthorized',
    cacheLife,
    attempt.signal,
  );
  if (seen.settled) return { what, result: 'holds', evidence: `401 after ${seen.seconds} s.` };
  // Anything that the server itself answered, 403 included, means that it knew who was asking.
  if (seen.last.ok || seen.last.failure === 'forbidden') {
    return { what, result: 'fails', evidence: `Still accepted after ${seen.seconds} s.` };
  }
  return { what, result: 'cannot-tell', evidence: inWords(seen.last) };
}

async function freshWorks(
  attempt: KubernetesAttempt,
  account: { readonly namespace: string; readonly name: string },
): Promise<ProbeResult> {
  const what = 'A fresh token of the account works, so legitimate use can go on';
  const seen = await waitFor(
    async () => {
      const token = await freshToken(attempt, account.namespace, account.name);
      return token.ok ? askWith(attempt, token.value, harmless) : token;
    },
    (answer) => answer.ok || answer.failure === 'forbidden',
    cacheLife,
    attempt.signal,
  );
  if (seen.settled) return { what, result: 'holds', evidence: `Accepted after ${seen.seconds} s.` };
  if (!seen.last.ok && seen.last.failure === 'unauthorized') {
    return { what, result: 'fails', evidence: `Still refused after ${seen.seconds} s.` };
  }
  return { what, result: 'cannot-tell', evidence: seen.last.ok ? 'No answer.' : inWords(seen.last) };
}
