import type { DerivedEdge, DeriveOptions, EdgeRule, Estate, LiveEdge } from '@firebreak/contract';
import { execTargets } from '../../kubernetes/exec-services.ts';
import { isolate, podOf, podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { connects } from '../../kubernetes/network.ts';
import { type PodView, podsOf } from '../../kubernetes/pods.ts';

/**
 * Every pod can talk to every other unless a policy says no; drawing all of that would say nothing. Drawn are the services
 * that run code for whoever calls, by design: Ray's dashboard and client ports, notebooks, an open Docker port. KubeHound
 * starts at endpoints and has no step from one container to another over the network.
 */
export default {
  label: 'ENDPOINT_REACH',
  from: ['Container'],
  to: ['Container'],
  needs: [...podNeeds, 'kubernetes.network-policy', 'kubernetes.namespace'],
  techniques: ['T1210', 'AML.T0049'],
  traverse: 'minutes',
  explain: {
    what: 'Submits code to a service that runs it for whoever calls.',
    why: 'The service asks for no credential of its own, and no network policy stands between the two pods.',
    cut: 'Isolate the network of one of the two, or stop one of the workloads.',
  },
  severedBy: ['kubernetes.isolate-network', ...podStops],
  derive,
  levers,
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  if (convention !== undefined) return;
  const targets = execTargets(estate);
  if (targets.length === 0) return;
  for (const source of podsOf(estate).all) {
    for (const { pod, container, port, odds, service } of targets) {
      if (pod === source || !connects(estate, source, pod, port)) continue;
      const facts = [...new Set([...pod.facts, ...source.facts])];
      for (const { id } of source.containers)
        yield { from: id, to: container.id, facts, note: `${service} ${port.number}`, likelihood: odds };
    }
  }
}

/** One policy must stop every port over which the step works: none may be open in spite of it. */
function levers(edge: LiveEdge, estate: Estate) {
  const [source, target] = [podOf(estate, edge.from), podOf(estate, edge.to)];
  const isolations = (pod: PodView | undefined, direction: 'ingress' | 'egress') =>
    pod === undefined ? [] : isolate(estate, pod, direction);
  return [...isolations(target, 'ingress'), ...isolations(source, 'egress'), ...stopPods(edge, estate)];
}
