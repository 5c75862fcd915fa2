/**
 * What listens, and how far it can be heard: the ports that containers declare (inside the cluster), host ports (on the
 * node's address) and the ports of services (inside, or outside through a node port, a load balancer, an external address
 * or an ingress). An endpoint is named as people name it: by the port's name, a service's by the service.
 */
import { type Estate, type FactId, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Port } from './network.ts';
import { type ContainerView, type PodView, podsOf } from './pods.ts';

export interface EndpointView {
  readonly id: NodeId;
  readonly name: string;
  readonly namespace: string;
  readonly exposure: 'cluster' | 'node' | 'outside';
  readonly port: number;
  readonly protocol: string;
  /** What answers: several for a service. */
  readonly targets: readonly Target[];
  readonly facts: readonly FactId[];
}

interface Target {
  readonly pod: PodView;
  readonly container: ContainerView;
  /** The container's port. */
  readonly port: Port;
}

export const endpointsOf: (estate: Estate) => readonly EndpointView[] = perEstate((estate) => [
  ...podEndpoints(estate),
  ...serviceEndpoints(estate),
]);

export const endpointById: (estate: Estate) => ReadonlyMap<NodeId, EndpointView> = perEstate(
  (estate) => new Map(endpointsOf(estate).map((endpoint) => [endpoint.id, endpoint])),
);

function* podEndpoints(estate: Estate): Generator<EndpointView> {
  for (const pod of podsOf(estate).all) {
    for (const container of pod.containers) {
      for (const declared of container.spec.ports) {
        const protocol = declared.protocol ?? 'TCP';
        const port: Port = { number: declared.containerPort, name: declared.name, protocol };
        const common = {
          name: declared.name ?? `${pod.name}:${declared.containerPort}`,
          namespace: pod.namespace,
          protocol,
          targets: [{ pod, container, port }],
          facts: pod.facts,
        };
        const id = (kind: string, number: number): NodeId =>
          `${kubernetesId('Endpoint', pod.namespace, pod.name)}/${kind}/${container.name}/${number}-${protocol}`;
        yield { ...common, id: id('port', port.number), exposure: 'cluster', port: port.number };
        const onHost = declared.hostPort ?? (pod.spec.hostNetwork === true ? port.number : undefined);
        if (onHost !== undefined && onHost > 0)
          yield { ...common, id: id('host-port', onHost), exposure: 'node', port: onHost };
      }
    }
  }
}

function* serviceEndpoints(estate: Estate): Generator<EndpointView> {
  const ingressFacts = ingressesByService(estate);
  const slices = slicesByService(estate);
  for (const fact of estate.all('kubernetes.service')) {
    const { metadata, spec } = fact.data;
    const namespace = metadata.namespace ?? 'default';
    const ingresses = ingressFacts.get(`${namespace}/${metadata.name}`) ?? [];
    const slice = slices.get(`${namespace}/${metadata.name}`);
    const pods =
      Object.keys(spec.selector).length > 0 ? selected(estate, namespace, spec.selector) : (slice?.pods ?? []);
    const direct = spec.type === 'LoadBalancer' || spec.type === 'NodePort' || spec.externalIPs.length > 0;
    for (const port of spec.ports) {
      const protocol = port.protocol ?? 'TCP';
      const targets = pods.flatMap((pod) => targetOf(pod, port.targetPort ?? port.port, protocol));
      if (targets.length === 0) continue;
      yield {
        id: `${kubernetesId('Endpoint', namespace, metadata.name)}/service/${port.port}-${protocol}`,
        name: metadata.name,
        namespace,
        exposure: direct || ingresses.length > 0 ? 'outside' : 'cluster',
        port: port.port,
        protocol,
        targets,
        facts: [fact.id, ...ingresses, ...(slice?.facts ?? [])],
      };
    }
  }
}

function selected(estate: Estate, namespace: string, selector: Readonly<Record<string, string>>): readonly PodView[] {
  const wanted = Object.entries(selector);
  return (podsOf(estate).inNamespace.get(namespace) ?? []).filter((pod) =>
    wanted.every(([key, value]) => pod.labels[key] === value),
  );
}

/** A named port is looked up in the containers; a number that no container declares belongs to an only container. */
function targetOf(pod: PodView, wanted: number | string, protocol: string): Target[] {
  for (const container of pod.containers) {
    for (const declared of container.spec.ports) {
      if ((declared.protocol ?? 'TCP') !== protocol) continue;
      if (declared.name !== wanted && declared.containerPort !== wanted) continue;
      return [{ pod, container, port: { number: declared.containerPort, name: declared.name, protocol } }];
    }
  }
  const [only, ...others] = pod.containers;
  if (typeof wanted !== 'number' || only === undefined || others.length > 0) return [];
  return [{ pod, container: only, port: { number: wanted, name: undefined, protocol } }];
}

function ingressesByService(estate: Estate): ReadonlyMap<string, readonly FactId[]> {
  const byService = new Map<string, FactId[]>();
  for (const fact of estate.all('kubernetes.ingress')) {
    for (const { service } of fact.data.spec.backends) {
      const key = `${fact.data.metadata.namespace ?? 'default'}/${service}`;
      byService.set(key, [...new Set([...(byService.get(key) ?? []), fact.id])]);
    }
  }
  return byService;
}

function slicesByService(
  estate: Estate,
): ReadonlyMap<string, { readonly pods: readonly PodView[]; readonly facts: readonly FactId[] }> {
  const byService = new Map<string, { pods: PodView[]; facts: FactId[] }>();
  const { byId } = podsOf(estate);
  for (const fact of estate.all('kubernetes.endpoint-slice')) {
    const namespace = fact.data.metadata.namespace ?? 'default';
    const key = `${namespace}/${fact.data.serviceName ?? fact.data.metadata.name}`;
    const known = byService.get(key) ?? { pods: [], facts: [] };
    byService.set(key, known);
    known.facts.push(fact.id);
    for (const { targetRef } of fact.data.endpoints) {
      if (targetRef?.kind !== 'Pod' || targetRef.name === undefined) continue;
      const pod = byId.get(kubernetesId('Pod', targetRef.namespace ?? namespace, targetRef.name));
      if (pod !== undefined && !known.pods.includes(pod)) known.pods.push(pod);
    }
  }
  return byService;
}
