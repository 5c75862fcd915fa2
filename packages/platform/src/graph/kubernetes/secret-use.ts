/** Which secrets of its namespace a pod or a container is given, as far as they are in the estate. */
import { type Estate, kubernetesId, type NodeId } from '@firebreak/contract';
import { mountsIn } from './escapes.ts';
import type { ContainerView, PodView } from './pods.ts';

/** With where it shows up in the container: a mount path or `env`. */
export function secretsIn(estate: Estate, pod: PodView, container: ContainerView): ReadonlyMap<NodeId, string> {
  const used = new Map<NodeId, string>();
  for (const [volume, mount] of mountsIn(pod, container))
    for (const name of volume.secrets) use(estate, used, pod, name, mount.at);
  for (const { valueFrom } of container.spec.env) use(estate, used, pod, valueFrom?.secretKeyRef?.name, 'env');
  for (const { secretRef } of container.spec.envFrom) use(estate, used, pod, secretRef?.name, 'env');
  return used;
}

/** Everything the kubelet fetches for it, credentials for images included. */
export function secretsUsedBy(estate: Estate, pod: PodView): Iterable<NodeId> {
  const used = new Map<NodeId, string>();
  for (const volume of pod.volumes) for (const name of volume.secrets) use(estate, used, pod, name, 'volume');
  for (const container of pod.containers)
    for (const [id, where] of secretsIn(estate, pod, container)) used.set(id, where);
  const account = estate.get('kubernetes.service-account', pod.account);
  for (const { name } of [...pod.spec.imagePullSecrets, ...(account?.data.imagePullSecrets ?? [])])
    use(estate, used, pod, name, 'image pull');
  return used.keys();
}

function use(estate: Estate, used: Map<NodeId, string>, pod: PodView, name: string | undefined, where: string): void {
  if (name === undefined) return;
  const id = kubernetesId('Secret', pod.namespace, name);
  if (!used.has(id) && estate.get('kubernetes.secret', id) !== undefined) used.set(id, where);
}
