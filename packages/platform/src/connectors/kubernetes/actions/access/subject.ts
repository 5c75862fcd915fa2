import { serviceAccountUser } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

/** A subject as a binding names it. Users and groups may be called anything; only service accounts are objects. */
export const subjectParam = z.object({
  kind: z.enum(['User', 'Group', 'ServiceAccount']),
  name: z.string().min(1),
  namespace: z.string().optional(),
  apiGroup: z.string().optional(),
});
export type SubjectParam = z.infer<typeof subjectParam>;

/**
 * Who a subject is, as one text: two subjects of a binding that mean the same identity have the same one. A user with the
 * full name of a service account is that service account. Undefined for what the API server would not resolve.
 */
export function identityOf(subject: unknown, bindingNamespace: string | undefined): string | undefined {
  const name = textAt(subject, 'name');
  const kind = textAt(subject, 'kind');
  if (name === undefined) return undefined;
  if (kind === 'User' || kind === 'Group') return `${kind} ${name}`;
  const namespace = textAt(subject, 'namespace') ?? bindingNamespace;
  if (kind !== 'ServiceAccount' || namespace === undefined) return undefined;
  return `User ${serviceAccountUser(namespace, name)}`;
}

export function subjectsOf(binding: ApiObject): readonly unknown[] {
  return array(at(binding, 'subjects'));
}

/** The subjects that are left without one identity, however often and in whatever form it is named. */
export function without(binding: ApiObject, identity: string | undefined): readonly unknown[] {
  const namespace = textAt(binding, 'metadata', 'namespace');
  return subjectsOf(binding).filter((subject) => identityOf(subject, namespace) !== identity);
}

/**
 * The subjects of a binding with one identity named again exactly as it was in `before`, at the places that it had there.
 * What others added since stays, behind what it follows now.
 */
export function putBack(now: ApiObject, before: ApiObject, identity: string | undefined): readonly unknown[] {
  const namespace = textAt(before, 'metadata', 'namespace');
  const merged = [...without(now, identity)];
  for (const [index, subject] of subjectsOf(before).entries()) {
    if (identityOf(subject, namespace) === identity) merged.splice(Math.min(index, merged.length), 0, subject);
  }
  return merged;
}

/** The subjects that name one identity. */
export function naming(binding: ApiObject, identity: string | undefined): readonly unknown[] {
  const namespace = textAt(binding, 'metadata', 'namespace');
  return subjectsOf(binding).filter((subject) => identityOf(subject, namespace) === identity);
}

/** The user and groups that the API server authenticates an identity as. */
export interface Authenticated {
  readonly user: string;
  readonly groups: readonly string[];
  /** Set for a service account. */
  readonly account?: { readonly namespace: string; readonly name: string };
}

export function authenticatedAs(subject: SubjectParam, bindingNamespace: string | undefined): Authenticated {
  const identity = identityOf(subject, bindingNamespace);
  // Every service account is in these groups: k8s.io/apiserver/pkg/authentication/serviceaccount, MakeGroupNames.
  const account = /^User system:serviceaccount:([^:]+):([^:]+)$/.exec(identity ?? '');
  if (account?.[1] !== undefined && account[2] !== undefined) {
    const [, namespace, name] = account;
    return {
      user: serviceAccountUser(namespace, name),
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      account: { namespace, name },
    };
  }
  return subject.kind === 'Group'
    ? { user: 'firebreak:member-of-the-group', groups: [subject.name, 'system:authenticated'] }
    : { user: subject.name, groups: ['system:authenticated'] };
}
