/**
 * The ClusterRoles that every API server creates at start and that manifests bind without defining: `cluster-admin`,
 * `admin`, `edit`, `view`. Used only where the estate does not hold the object itself (files, or no right to list roles).
 *
 * Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go, v1.34, reduced to the rules that some edge reads.
 */
import type { PolicyRule } from '@firebreak/contract';

const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const read = ['get', 'list', 'watch'];

function rule(apiGroups: string[], resources: string[], verbs: string[]): PolicyRule {
  return { apiGroups, resources, verbs, resourceNames: [], nonResourceURLs: [] };
}

const view: readonly PolicyRule[] = [
  rule([''], ['configmaps', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services', 'pods/log'], read),
  rule(['apps'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], read),
  rule(['batch'], ['cronjobs', 'jobs'], read),
];
const edit: readonly PolicyRule[] = [
  ...view,
  rule([''], ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'], read),
  rule([''], ['serviceaccounts'], ['impersonate']),
  rule([''], ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'pods/ephemeralcontainers'], write),
  rule([''], ['configmaps', 'persistentvolumeclaims', 'secrets', 'serviceaccounts', 'services'], write),
  rule([''], ['replicationcontrollers'], write),
  rule([''], ['serviceaccounts/token'], ['create']),
  rule(['apps'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], write),
  rule(['batch'], ['cronjobs', 'jobs'], write),
];
const admin: readonly PolicyRule[] = [
  ...edit,
  rule(['rbac.authorization.k8s.io'], ['rolebindings', 'roles'], [...read, ...write]),
];

export const builtinRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [
    rule(['*'], ['*'], ['*']),
    { apiGroups: [], resources: [], verbs: ['*'], resourceNames: [], nonResourceURLs: ['*'] },
  ],
  admin,
  edit,
  view,
};

/** Which of them take in which others: `admin` has what `edit` has, and `edit` what `view` has. */
const contains: Readonly<Record<string, readonly string[]>> = {
  admin: ['admin', 'edit', 'view'],
  edit: ['edit', 'view'],
  view: ['view'],
};

/** The labels by which a ClusterRole adds its rules to one of them. */
export function aggregatedIntoBuiltin(role: string): readonly string[] {
  const parts = Object.hasOwn(contains, role) ? contains[role] : undefined;
  return (parts ?? []).map((part) => `rbac.authorization.k8s.io/aggregate-to-${part}`);
}
