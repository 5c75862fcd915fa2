/**
 * NetworkPolicy as the API defines it: a pod that no policy selects for a direction is open in it; a selected pod lets
 * through what any selecting policy allows. Pods on the host's network are not subject to policies (the outcome is undefined
 * by the API; no common CNI enforces them). Whether the CNI enforces policies at all is not visible: we believe them.
 */
import type { Estate, Fact } from '@firebreak/contract';
import { kubernetesId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append, type PodView } from './pods.ts';
import { selectorMatches } from './selectors.ts';

export type Direction = 'ingress' | 'egress';
type Policy = Fact<'kubernetes.network-policy'>;
type Peer = Policy['data']['spec']['ingress'][number]['from'][number];
type PolicyPort = Policy['data']['spec']['ingress'][number]['ports'][number];

export interface Port {
  readonly number: number;
  readonly name: string | undefined;
  readonly protocol: string;
}

const policiesByNamespace = perEstate((estate) => {
  const byNamespace = new Map<string, Policy[]>();
  for (const fact of estate.all('kubernetes.network-policy'))
    append(byNamespace, fact.data.metadata.namespace ?? 'default', fact);
  return byNamespace;
});

/** The policies that isolate a pod in a direction. Empty means open. */
export function isolating(estate: Estate, pod: PodView, direction: Direction): readonly Policy[] {
  if (pod.spec.hostNetwork === true) return [];
  return (policiesByNamespace(estate).get(pod.namespace) ?? []).filter(
    ({ data }) => concerns(data.spec, direction) && selectorMatches(data.spec.podSelector, pod.labels),
  );
}

/** Ingress is a policy's business unless its types say otherwise; egress only when types or rules say so. */
function concerns(spec: Policy['data']['spec'], direction: Direction): boolean {
  if (spec.policyTypes.length > 0) return spec.policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
  return direction === 'ingress' || spec.hasEgress;
}

/** Whether anybody at all can reach a port of a pod. */
export function reachable(estate: Estate, pod: PodView, port: Port): boolean {
  const policies = isolating(estate, pod, 'ingress');
  return (
    policies.length === 0 ||
    policies.some(({ data }) => data.spec.ingress.some((rule) => portAllowed(rule.ports, port)))
  );
}

/** Whether one pod can reach a port of another, both sides' policies considered. */
export function connects(estate: Estate, source: PodView, target: PodView, port: Port): boolean {
  const out = isolating(estate, source, 'egress');
  if (
    out.length > 0 &&
    !out.some(({ data }) =>
      data.spec.egress.some(
        (rule) => portAllowed(rule.ports, port) && peerAllowed(estate, rule.to, data.metadata.namespace, target),
      ),
    )
  )
    return false;
  const into = isolating(estate, target, 'ingress');
  return (
    into.length === 0 ||
    into.some(({ data }) =>
      data.spec.ingress.some(
        (rule) => portAllowed(rule.ports, port) && peerAllowed(estate, rule.from, data.metadata.namespace, source),
      ),
    )
  );
}

function portAllowed(ports: readonly PolicyPort[], port: Port): boolean {
  if (ports.length === 0) return true;
  return ports.some((allowed) => {
    if ((allowed.protocol ?? 'TCP') !== port.protocol) return false;
    if (allowed.port === undefined) return true;
    if (typeof allowed.port === 'string') return allowed.port === port.name;
    return allowed.endPort === undefined
      ? allowed.port === port.number
      : allowed.port <= port.number && port.number <= allowed.endPort;
  });
}

function peerAllowed(
  estate: Estate,
  peers: readonly Peer[],
  policyNamespace: string | undefined,
  other: PodView,
): boolean {
  if (peers.length === 0) return true;
  return peers.some((peer) => {
    // A pod's own address is rarely in the estate: a block that might hold it counts as allowing it.
    if (peer.ipBlock !== undefined) return true;
    const namespaceFits =
      peer.namespaceSelector === undefined
        ? other.namespace === (policyNamespace ?? 'default')
        : selectorMatches(peer.namespaceSelector, namespaceLabels(estate, other.namespace));
    return namespaceFits && (peer.podSelector === undefined || selectorMatches(peer.podSelector, other.labels));
  });
}

/** The API server puts the name label on every namespace itself. */
function namespaceLabels(estate: Estate, namespace: string): Readonly<Record<string, string>> {
  const fact = estate.get('kubernetes.namespace', kubernetesId('Namespace', undefined, namespace));
  return { ...fact?.data.metadata.labels, 'kubernetes.io/metadata.name': namespace };
}
