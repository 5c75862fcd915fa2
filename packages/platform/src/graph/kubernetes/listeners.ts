/**
 * What the API server connects its callers to: a port of a pod (`pods/portforward`, `pods/proxy`) or of a service
 * (`services/proxy`). It connects from its own address and, for a forwarded port, from inside the pod's network namespace, so
 * no NetworkPolicy of the pod's neighbours stands between. Services that run code for whoever calls come with their own odds;
 * of every other listener nobody knows that it has a hole.
 */
import { type Estate, kubernetesId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { endpointsOf } from './endpoints.ts';
import { execTargets } from './exec-services.ts';
import { type Member, Population } from './populations.ts';

/** Containers that are reached at the same odds, by the name of their pod or service. */
export interface Listeners {
  readonly odds: number;
  readonly population: Population;
}

/** Of a process that listens, without any known hole. */
const unknownHole = 0.2;

export const podListeners: (estate: Estate) => readonly Listeners[] = perEstate((estate) =>
  byOdds(
    'pod-listeners',
    estate,
    endpointsOf(estate).flatMap(({ targets }) => targets.map((target) => ({ ...target, name: target.pod.name }))),
  ),
);

export const serviceListeners: (estate: Estate) => readonly Listeners[] = perEstate((estate) =>
  byOdds(
    'service-listeners',
    estate,
    endpointsOf(estate)
      .filter(({ id, namespace, name }) => id.startsWith(`${kubernetesId('Endpoint', namespace, name)}/service/`))
      .flatMap(({ name, targets }) => targets.map((target) => ({ ...target, name }))),
  ),
);

type Listener = ReturnType<typeof endpointsOf>[number]['targets'][number] & { readonly name: string };

function byOdds(key: string, estate: Estate, listeners: readonly Listener[]): readonly Listeners[] {
  const known = new Map(execTargets(estate).map(({ container, odds }) => [container.id, odds]));
  const found = new Map<number, Map<string, Member>>();
  for (const { pod, container, name } of listeners) {
    const odds = known.get(container.id) ?? unknownHole;
    const members = found.get(odds) ?? new Map<string, Member>();
    found.set(odds, members);
    members.set(`${name} ${container.id}`, { node: container.id, namespace: pod.namespace, name, facts: pod.facts });
  }
  return [...found].map(([odds, members]) => ({
    odds,
    population: new Population(`${key}-${odds}`, 'containers that listen', members.values()),
  }));
}
