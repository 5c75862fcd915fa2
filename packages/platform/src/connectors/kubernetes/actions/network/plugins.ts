import type { ApiResult } from '../../api.ts';
import { type KubernetesAttempt, listAll } from '../exchange/reading.ts';
import { refToAll } from '../objects/built-in.ts';
import { nameOf } from '../objects/object-meta.ts';

/** DaemonSets of the network plugins that enforce NetworkPolicies, by the names under which their projects ship them. */
const enforcing: Readonly<Record<string, string>> = {
  'calico-node': 'Calico',
  canal: 'Canal',
  cilium: 'Cilium',
  'antrea-agent': 'Antrea',
  'kube-router': 'kube-router',
  'weave-net': 'Weave Net',
  'ovnkube-node': 'OVN-Kubernetes',
  'kube-network-policies': 'kube-network-policies',
};

/** The network plugins found in the cluster that can enforce policies. That one is there proves nothing about packets. */
export async function networkPlugins(attempt: KubernetesAttempt): Promise<ApiResult<readonly string[]>> {
  const daemonSets = await listAll(attempt, refToAll('DaemonSet'), { form: 'metadata' });
  if (!daemonSets.ok) return daemonSets;
  return { ok: true, value: daemonSets.value.flatMap((each) => enforcing[nameOf(each)] ?? []) };
}
