/**
 * Bearer tokens of service accounts. They are opaque here and remembered, where the real server signs them; what decides
 * is the same: a token is good only while its account exists *with the same uid*, the object it is bound to exists with the
 * same uid, and it has not expired. (k8s.io/kubernetes/pkg/serviceaccount: Validator.Validate, legacyValidator.Validate)
 */

import { at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, ApiResource, ApiResult } from '../api.ts';
import { knownResource } from '../resources.ts';
import { type Cluster, refuse, timestamp } from './cluster.ts';
import { nameOf, namespaceOf, uidOf } from './storage.ts';

export interface Principal {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
}

interface Issued {
  readonly namespace: string;
  readonly account: string;
  readonly accountUid: string;
  readonly bound: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
  /** Milliseconds since the epoch; undefined for legacy tokens, which do not expire. */
  readonly expires: number | undefined;
}

export interface Tokens {
  /** `serviceaccounts/token`: the request body comes back with `status.token`. */
  request(account: ApiObject, body: ApiObject): ApiResult<ApiObject>;
  /** The token of a legacy secret, which dies with the secret. */
  issueLegacy(account: ApiObject, secret: ApiObject): string;
  authenticate(token: string): Principal | undefined;
}

/** What a token may be bound to (the TokenRequest API's list, for what the twin keeps). */
const boundKinds = new Set(['Pod', 'Secret', 'Node']);

export function makeTokens(cluster: Cluster): Tokens {
  const issued = new Map<string, Issued>();
  const accounts = knownResource('', 'ServiceAccount') as ApiResource;

  function lookUp(kind: string, namespace: string, name: string): ApiObject | undefined {
    const resource = knownResource('', kind);
    if (resource === undefined) return undefined;
    return cluster.storage.get(resource, resource.namespaced ? namespace : undefined, name);
  }
  function remember(entry: Issued): string {
    const token = `twin.${cluster.ids.token()}`;
    issued.set(token, entry);
    return token;
  }

  return {
    request(account, body) {
      const namespace = namespaceOf(account) ?? '';
      const wanted = record(at(body, 'spec', 'boundObjectRef'));
      let bound: Issued['bound'];
      if (wanted !== undefined) {
        const kind = textAt(wanted, 'kind') ?? '';
        const name = textAt(wanted, 'name') ?? '';
        if (!boundKinds.has(kind)) return refuse('invalid', 400, `cannot bind token to object of type ${kind}`);
        const object = lookUp(kind, namespace, name);
        if (object === undefined) return refuse('not-found', 404, `${kind.toLowerCase()}s "${name}" not found`);
        const uid = textAt(wanted, 'uid');
        if (uid !== undefined && uid !== uidOf(object))
          return refuse('conflict', 409, `the UID in the bound object reference (${uid}) does not match`);
        const user = textAt(object, 'spec', 'serviceAccountName') ?? 'default';
        if (kind === 'Pod' && user !== nameOf(account))
          return refuse('invalid', 400, 'cannot bind token for serviceaccount to pod running with a different one');
        bound = { kind, name, uid: uidOf(object) };
      }
      const seconds = Number(at(body, 'spec', 'expirationSeconds') ?? 3600);
      if (!(seconds >= 600)) return refuse('invalid', 422, 'may not specify a duration less than 10 minutes');
      const expires = cluster.now().getTime() + seconds * 1000;
      const token = remember({ namespace, account: nameOf(account), accountUid: uidOf(account), bound, expires });
      return {
        ok: true,
        value: {
          ...body,
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          metadata: { name: nameOf(account), namespace },
          status: { token, expirationTimestamp: timestamp(new Date(expires)) },
        },
      };
    },

    issueLegacy(account, secret) {
      const bound = { kind: 'Secret', name: nameOf(secret), uid: uidOf(secret) };
      const namespace = namespaceOf(account) ?? '';
      return remember({ namespace, account: nameOf(account), accountUid: uidOf(account), bound, expires: undefined });
    },

    authenticate(token) {
      const entry = issued.get(token);
      if (entry === undefined) return undefined;
      if (entry.expires !== undefined && entry.expires <= cluster.now().getTime()) return undefined;
      const account = cluster.storage.get(accounts, entry.namespace, entry.account);
      if (account === undefined || uidOf(account) !== entry.accountUid) return undefined;
      if (entry.bound !== undefined) {
        const object = lookUp(entry.bound.kind, entry.namespace, entry.bound.name);
        if (object === undefined || uidOf(object) !== entry.bound.uid) return undefined;
      }
      return {
        user: `system:serviceaccount:${entry.namespace}:${entry.account}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${entry.namespace}`, 'system:authenticated'],
        uid: entry.accountUid,
      };
    },
  };
}

/** Whether a secret is one that the token controller fills, and for which account. */
export function legacyTokenAccount(secret: ApiObject): string | undefined {
  if (secret.type !== 'kubernetes.io/service-account-token') return undefined;
  return textAt(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.name');
}
