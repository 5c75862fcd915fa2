import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podListeners, serviceListeners } from '../../kubernetes/listeners.ts';
import { podNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import type { Scope } from '../../kubernetes/populations.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * The API server passes HTTP requests on to pods and services; `get` allows GET, `create` POST. In `resourceNames` the name is
 * the one of the address: `name`, `name:port` or `scheme:name:port`. Through a service only what stands behind it is reached.
 */
export default {
  label: 'API_PROXY',
  from: ['PermissionSet'],
  to: ['Container'],
  needs: [...new Set([...rightsNeeds, ...podNeeds, 'kubernetes.service', 'kubernetes.endpoint-slice'] as const)],
  techniques: ['T1090', 'T1210'],
  traverse: 'minutes',
  explain: {
    what: 'Sends requests to a pod through the API server and breaks into, or simply uses, what answers.',
    why: 'The role allows pods/proxy or services/proxy; the requests come from the API server, which network policies let in.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

const ways = [
  { resource: 'pods/proxy', listeners: podListeners },
  { resource: 'services/proxy', listeners: serviceListeners },
] as const;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  if (options.convention !== undefined) return;
  for (const { resource, listeners } of ways) {
    for (const power of powers(estate, options, { verbs: ['create', 'get'], group: '', resource })) {
      for (const { odds, population } of listeners(estate))
        for (const to of population.within(byName(power)))
          yield {
            from: power.grant.id,
            to,
            facts: grantFacts(power.grant),
            note: `${power.verb} ${resource}`,
            likelihood: power.verb === 'get' ? odds / 2 : odds,
          };
    }
  }
}

/** `https:web:443` → `web` */
function byName({ namespace, names }: Scope): Scope {
  if (names === 'any') return { namespace, names };
  const plain = names.map((name) => {
    const parts = name.split(':');
    return (parts.length === 3 ? parts[1] : parts[0]) ?? name;
  });
  return { namespace, names: [...new Set(plain)] };
}
