/**
 * Which workloads speak to which MLflow server: those whose environment names it. Only that ties a `models:/` address to a
 * server: the address itself does not say where the registry is, and a registry of the same model name elsewhere is another.
 */
import type { ContainerSpec, Estate, Fact } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append, type ContainerView, type PodView, podsOf } from '../kubernetes/pods.ts';
import { serverAddresses, withoutPath } from '../names/server-address.ts';

export type ServerFact = Fact<'mlflow.server'>;

const serversByHost: (estate: Estate) => ReadonlyMap<string, readonly ServerFact[]> = perEstate((estate) => {
  const by = new Map<string, ServerFact[]>();
  for (const fact of estate.all('mlflow.server')) append(by, withoutPath(fact.data.server), fact);
  return by;
});

const variables = { tracking: 'MLFLOW_TRACKING_URI', registry: 'MLFLOW_REGISTRY_URI' } as const;

/** The servers that a container asks: for models the registry's address counts, where it differs from that of the tracking. */
export function serversOf(
  estate: Estate,
  { env }: Pick<ContainerSpec, 'env'>,
  namespace: string,
  purpose: keyof typeof variables,
): readonly ServerFact[] {
  const value = (name: string) => env.find((variable) => variable.name === name)?.address;
  const origin = value(variables[purpose]) ?? value(variables.tracking);
  if (origin === undefined) return [];
  const hosts = serversByHost(estate);
  // Two servers behind one host differ by path, which the environment's address does not keep: then it is undecided.
  const found = serverAddresses(origin, namespace).flatMap((address) => hosts.get(address) ?? []);
  return found.length === 1 ? found : [];
}

export interface TrackingClient {
  readonly server: ServerFact;
  readonly pod: PodView;
  readonly container: ContainerView;
}

/** Every container that keeps its runs on a server of the estate. */
export const trackingClients: (estate: Estate) => readonly TrackingClient[] = perEstate((estate) => {
  if (estate.all('mlflow.server').length === 0) return [];
  return podsOf(estate).all.flatMap((pod) =>
    pod.containers.flatMap((container) =>
      serversOf(estate, container.spec, pod.namespace, 'tracking').map((server) => ({ server, pod, container })),
    ),
  );
});
