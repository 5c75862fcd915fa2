/**
 * What a delivery channel writes to, and with whose rights. Argo CD's application controller and Flux's controllers act with
 * their own account (usually cluster-admin); a Flux object may name another one in its namespace. An AppProject can narrow
 * an Application; it is not among the facts, so the wider reading is taken.
 */
import { type Estate, type Fact, kubernetesId, type NodeId } from '@firebreak/contract';
import { identitiesOf } from './identities.ts';

export type ChannelFact = Fact<'kubernetes.delivery-channel'>;

export interface DeliveryKind {
  readonly group: string;
  readonly resource: string;
  readonly controllers: readonly string[];
}

export const deliveryKinds: Readonly<Record<string, DeliveryKind>> = {
  Application: {
    group: 'argoproj.io',
    resource: 'applications',
    controllers: ['argocd-application-controller', 'argo-cd-argocd-application-controller'],
  },
  Kustomization: {
    group: 'kustomize.toolkit.fluxcd.io',
    resource: 'kustomizations',
    controllers: ['kustomize-controller'],
  },
  HelmRelease: { group: 'helm.toolkit.fluxcd.io', resource: 'helmreleases', controllers: ['helm-controller'] },
};

/** Workloads and models that it reports, and the namespaces that it writes to. */
export function deliveryTargets(estate: Estate, channel: ChannelFact): readonly NodeId[] {
  const targets = new Set<NodeId>();
  for (const { group, kind, namespace, name } of channel.data.resources) {
    const builtin = kubernetesId(kind, namespace, name);
    const custom = kubernetesId(`${kind}.${group}`, namespace, name);
    if (estate.get('kubernetes.workload', builtin) !== undefined) targets.add(builtin);
    if (estate.get('kubernetes.model-workload', custom) !== undefined) targets.add(custom);
  }
  for (const namespace of channel.data.targetNamespaces) targets.add(kubernetesId('Namespace', undefined, namespace));
  return [...targets];
}

/** The account that applies what the channel delivers, as far as the estate knows it. */
export function deliveryAccounts(estate: Estate, kind: string, channel: ChannelFact | undefined): readonly NodeId[] {
  const own = channel?.data.serviceAccountName;
  if (own !== undefined && channel?.data.system === 'flux')
    return [kubernetesId('ServiceAccount', channel.data.metadata.namespace ?? 'default', own)];
  const controllers = deliveryKinds[kind]?.controllers ?? [];
  return [...identitiesOf(estate).values()]
    .filter((identity) => identity.kind === 'ServiceAccount' && controllers.includes(identity.name))
    .map((identity) => identity.id);
}
