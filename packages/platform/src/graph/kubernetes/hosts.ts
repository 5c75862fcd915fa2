/**
 * The machines: every Node object, every node that a pod says it runs on, and the one that stands for "somewhere" while a
 * pod has no node (`unscheduled`).
 */
import { type Estate, type FactId, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { podsOf, unscheduled } from './pods.ts';

export interface Host {
  readonly id: NodeId;
  readonly name: string;
  readonly facts: readonly FactId[];
  readonly labels: Readonly<Record<string, string>>;
  /** Runs an API server or etcd, and so holds the cluster's keys; the facts that say so. */
  readonly controlPlane: readonly FactId[];
}

const controlPlaneLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
const controlPlaneComponents = new Set(['kube-apiserver', 'etcd', 'kube-controller-manager']);

export const hostsOf: (estate: Estate) => readonly Host[] = perEstate((estate) => {
  const hosts = new Map<NodeId, Host>();
  const { onNode } = podsOf(estate);
  for (const fact of estate.all('kubernetes.node')) {
    const { name, labels } = fact.data.metadata;
    const marked = controlPlaneLabels.some((label) => labels[label] !== undefined) ? [fact.id] : [];
    hosts.set(fact.id, {
      id: fact.id,
      name,
      facts: [fact.id],
      labels,
      controlPlane: [...marked, ...components(estate, fact.id)],
    });
  }
  for (const [id, pods] of onNode) {
    if (hosts.has(id)) continue;
    const name = id === unscheduled ? '(unscheduled)' : id.slice(kubernetesId('Node', undefined, '').length);
    hosts.set(id, { id, name, facts: pods[0]?.facts ?? [], labels: {}, controlPlane: components(estate, id) });
  }
  return [...hosts.values()];
});

/** Control-plane pods on a node that was not labelled as one. The label alone proves nothing outside kube-system. */
function components(estate: Estate, node: NodeId): readonly FactId[] {
  if (node === unscheduled) return [];
  return (podsOf(estate).onNode.get(node) ?? [])
    .filter((pod) => pod.namespace === 'kube-system' && controlPlaneComponents.has(pod.labels.component ?? ''))
    .flatMap((pod) => pod.facts);
}
