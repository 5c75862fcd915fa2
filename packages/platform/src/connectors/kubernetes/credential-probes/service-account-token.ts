import type { CredentialProbe, CredentialVerdict } from '@firebreak/contract';
import { array, at, textAt } from '../../../intake/foreign.ts';
import { askWith } from '../actions/access/fresh-token.ts';
import { reviews } from '../actions/objects/built-in.ts';
import type { KubernetesSession } from '../collect.ts';

/**
 * Asks the API server whether it still knows the token, for whom the token was made, and knocks with it. What must stay true: a token for
 * somebody else (a cloud, a vault: its `aud`) is refused by the API server and yet works there, so its refusal alone says nothing.
 */
export default {
  id: 'kubernetes.service-account-token',
  title: 'Token of a service account',
  wants: 'the old token (eyJ…)',
  fits: ({ node, kind }) =>
    /^kubernetes:(Secret|ServiceAccountToken|ServiceAccount)\//.test(node ?? '') ||
    kind === 'kubernetes-service-account-token',
  // Manifests know no token.
  issuedAt: ({ collect }) => collect === undefined,
  async probe({ session, about, secret, signal }) {
    const claims = claimsOf(secret);
    if (claims === undefined)
      return { result: 'cannot-tell', evidence: 'What was given is no token of a service account.' };
    if (!isMeant(claims, about.node))
      return { result: 'cannot-tell', evidence: 'What was given is the token of another service account or secret.' };
    const { audiences } = claims;
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: secret, ...(audiences.length === 0 ? {} : { audiences }) },
    };
    const review = await session.create(reviews.token, body, signal);
    if (review.ok && at(review.value, 'status', 'authenticated') === true)
      return { result: 'alive', evidence: 'TokenReview authenticates it.' };
    const knocked = await askWith({ session, signal, key: 'credential-probe' }, secret, {
      resourceAttributes: { verb: 'get', resource: 'pods' },
    });
    if (knocked.ok || knocked.failure === 'forbidden')
      return { result: 'alive', evidence: 'The API server knew who was asking with it.' };
    if (knocked.failure !== 'unauthorized')
      return { result: 'cannot-tell', evidence: `A call with it: ${knocked.reason}` };
    return refused(review.ok, audiences);
  },
} satisfies CredentialProbe<KubernetesSession>;

function refused(reviewed: boolean, audiences: readonly string[]): CredentialVerdict {
  if (reviewed)
    return { result: 'dead', evidence: 'TokenReview does not authenticate it, and a call with it gets 401.' };
  return audiences.length === 0
    ? { result: 'dead', evidence: 'A call with it gets 401.' }
    : {
        result: 'cannot-tell',
        evidence: 'A call with it gets 401, but it may have been made for somebody else: let us create TokenReviews.',
      };
}

interface Claims {
  readonly audiences: readonly string[];
  readonly namespace: string | undefined;
  readonly account: string | undefined;
  /** Of a token that is kept in a secret. */
  readonly secret: string | undefined;
}

const mostAudiences = 10;

/** What a JWT of a service account says of itself (legacy and bound form); nothing of it is believed but which one it is. */
function claimsOf(token: string): Claims | undefined {
  const [, middle] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  const claims = middle === undefined ? undefined : json(Buffer.from(middle, 'base64url'));
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(textAt(claims, 'sub') ?? '') ?? [];
  if (namespace === undefined) return undefined;
  const aud = at(claims, 'aud');
  return {
    audiences: (typeof aud === 'string' ? [aud] : array(aud))
      .filter((each) => typeof each === 'string')
      .slice(0, mostAudiences),
    namespace,
    account,
    secret:
      textAt(claims, 'kubernetes.io/serviceaccount/secret.name') ?? textAt(claims, 'kubernetes.io', 'secret', 'name'),
  };
}

/** Whether it is the one that the id names; what was found in a text has none. */
function isMeant({ namespace, account, secret }: Claims, node: string | null): boolean {
  const [, kind, home, name] = /^kubernetes:([^/]+)\/([^/]+)\/([^/]+)$/.exec(node ?? '') ?? [];
  if (kind === 'ServiceAccount') return namespace === home && account === name;
  if (kind === 'Secret') return namespace === home && secret === name;
  return true;
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
