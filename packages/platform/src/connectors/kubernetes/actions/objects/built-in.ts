import type { ApiResource, ResourceRef } from '../../api.ts';
import { knownResource, refOf } from '../../resources.ts';

/** The groups of Kubernetes itself that actions write to or read from, searched in this order for a kind's name. */
const groups = [
  '',
  'apps',
  'batch',
  'rbac.authorization.k8s.io',
  'networking.k8s.io',
  'autoscaling',
  'discovery.k8s.io',
  'certificates.k8s.io',
  'admissionregistration.k8s.io',
] as const;

/** The resource of a kind of Kubernetes itself, by the kind's name alone, as it stands in fact ids. */
export function builtInKind(kind: string): ApiResource | undefined {
  for (const group of groups) {
    const found = knownResource(group, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function builtIn(kind: string): ApiResource {
  const found = builtInKind(kind);
  if (found === undefined) throw new RangeError(`${kind} is not a kind of Kubernetes itself`);
  return found;
}

/** One object of a built-in kind. The kind is ours, not the user's: an unknown one throws. */
export function refTo(kind: string, namespace: string | undefined, name: string): ResourceRef {
  return refOf(builtIn(kind), namespace, name);
}

/** All objects of a built-in kind, in one namespace or in all. */
export function refToAll(kind: string, namespace?: string): ResourceRef {
  return refOf(builtIn(kind), namespace);
}

/** `verb group/resource`, the form of `Action.permissions`. */
export function permission(verb: string, kind: string, subresource?: string): string {
  const { group, plural } = builtIn(kind);
  return `${verb} ${group === '' ? 'core' : group}/${plural}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** What every access review that a probe asks for needs. */
export const reviews = {
  access: { group: 'authorization.k8s.io', version: 'v1', plural: 'subjectaccessreviews' },
  ownAccess: { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews' },
  token: { group: 'authentication.k8s.io', version: 'v1', plural: 'tokenreviews' },
} as const satisfies Record<string, ResourceRef>;
