/**
 * What Pod Security admission lets into a namespace, from the label `pod-security.kubernetes.io/enforce`
 * (k8s.io/pod-security-admission, v1.34). A namespace without the label admits everything; a label that cannot be read
 * counts as `restricted`, as in the server. Exemptions and a cluster-wide default live in the API server's own
 * configuration, which no collector sees: a cluster that relies on them looks more open here than it is.
 */
import { type Estate, type FactId, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { namespacesOf } from './bindable.ts';
import { Population, type Scope } from './populations.ts';

export type PodSecurity = 'privileged' | 'baseline' | 'restricted';

const label = 'pod-security.kubernetes.io/enforce';

/** The level that a namespace enforces. `baseline` already refuses host namespaces, hostPath volumes and privileged pods. */
export function podSecurity(estate: Estate, namespace: string): PodSecurity {
  const said = estate.get('kubernetes.namespace', kubernetesId('Namespace', undefined, namespace))?.data.metadata
    .labels[label];
  if (said === undefined || said === 'privileged') return 'privileged';
  return said === 'baseline' ? 'baseline' : 'restricted';
}

/** Namespaces in which a pod may take the host, and those in which admission stops it. */
export const byAdmission: (estate: Estate) => { readonly open: Population; readonly shut: Population } = perEstate(
  (estate) => {
    const members = namespacesOf(estate).map((name) => {
      const id: NodeId = kubernetesId('Namespace', undefined, name);
      const facts: readonly FactId[] = estate.get('kubernetes.namespace', id) === undefined ? [] : [id];
      return { node: id, namespace: name, name, facts };
    });
    const isOpen = (name: string): boolean => podSecurity(estate, name) === 'privileged';
    return {
      open: new Population(
        'open-namespaces',
        'namespaces that admit any pod',
        members.filter(({ name }) => isOpen(name)),
      ),
      shut: new Population(
        'shut-namespaces',
        'namespaces that refuse host access',
        members.filter(({ name }) => !isOpen(name)),
      ),
    };
  },
);

/** Namespaces that admit pods with access to their host. */
export const openNamespaces: (estate: Estate) => readonly string[] = perEstate((estate) =>
  [...byAdmission(estate).open].map(({ name }) => name),
);

/** Whether a right to make pods in this scope is a right to take a host: somewhere in it admission lets such pods in. */
export function admitsHostAccess(estate: Estate, scope: Pick<Scope, 'namespace'>): boolean {
  if (scope.namespace !== undefined) return podSecurity(estate, scope.namespace) === 'privileged';
  // In the whole cluster the attacker may pick the namespace; an estate that names none says nothing against it.
  return namespacesOf(estate).length === 0 || byAdmission(estate).open.size > 0;
}
