import type { CredentialProbe } from '@firebreak/contract';
import { at } from '../../../intake/foreign.ts';
import { askWith } from '../actions/access/fresh-token.ts';
import { reviews } from '../actions/objects/built-in.ts';
import type { KubernetesApi } from '../api.ts';

/** Asks the API server whether it still knows the token, and knocks with it. */
export default {
  id: 'kubernetes.service-account-token',
  title: 'Token of a service account',
  wants: 'the old token',
  fits: ({ node, kind }) =>
    /^kubernetes:(Secret|ServiceAccountToken|ServiceAccount)\//.test(node ?? '') ||
    kind === 'kubernetes-service-account-token',
  async probe({ session, secret, signal }) {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: secret } };
    const review = await session.create(reviews.token, body, signal);
    if (review.ok && at(review.value, 'status', 'authenticated') === true)
      return { result: 'alive', evidence: 'TokenReview authenticates it.' };
    const knocked = await askWith({ session, signal, key: 'credential-probe' }, secret, {
      resourceAttributes: { verb: 'get', resource: 'pods' },
    });
    if (knocked.ok || knocked.failure === 'forbidden')
      return { result: 'alive', evidence: 'The API server knew who was asking with it.' };
    if (knocked.failure === 'unauthorized') return { result: 'dead', evidence: 'A call with it gets 401.' };
    return { result: 'cannot-tell', evidence: `A call with it: ${knocked.reason}` };
  },
} satisfies CredentialProbe<KubernetesApi>;
