import { textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { refTo, reviews } from '../objects/built-in.ts';

/** The shortest life that the API server gives a token: pkg/apis/authentication/validation, 10 minutes. */
const lifetimeSeconds = 600;

/**
 * A new token of a service account (TokenRequest). It exists in the caller's memory only, and expires by itself.
 */
export async function freshToken(
  attempt: KubernetesAttempt,
  namespace: string,
  serviceAccount: string,
): Promise<ApiResult<string>> {
  const ref = { ...refTo('ServiceAccount', namespace, serviceAccount), subresource: 'token' };
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: lifetimeSeconds },
  };
  const answer = await attempt.session.create(ref, body, attempt.signal);
  if (!answer.ok) return answer;
  const token = textAt(answer.value, 'status', 'token');
  return token === undefined
    ? { ok: false, failure: 'bad-response', reason: 'The token request has no token.', sent: true }
    : { ok: true, value: token };
}

/**
 * A harmless call with a token and nothing else of our own credential: it asks what it may do itself. The server answers
 * 401 when it does not accept the token.
 */
export async function askWith(
  attempt: KubernetesAttempt,
  token: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<ApiResult<ApiObject>> {
  const session = attempt.session.withToken(token);
  try {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    return await session.create(reviews.ownAccess, body, attempt.signal);
  } finally {
    await session.close();
  }
}
