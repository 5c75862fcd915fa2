import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podListeners } from '../../kubernetes/listeners.ts';
import { podNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * A forwarded port reaches what listens inside the pod, on its loopback as well, and no NetworkPolicy counts. `get` opens the
 * WebSocket where `create` is not asked for; see POD_EXEC.
 */
export default {
  label: 'POD_PORT_FORWARD',
  from: ['PermissionSet'],
  to: ['Container'],
  needs: [...new Set([...rightsNeeds, ...podNeeds, 'kubernetes.service', 'kubernetes.endpoint-slice'] as const)],
  techniques: ['T1572', 'T1210'],
  traverse: 'minutes',
  explain: {
    what: 'Connects to a port inside a pod and breaks into, or simply uses, what listens there.',
    why: 'The role allows pods/portforward, which passes every network policy.',
    cut: 'Take the identity out of the binding, or stop the workload.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  if (options.convention !== undefined) return;
  const right = { verbs: ['create', 'get'], group: '', resource: 'pods/portforward' };
  for (const power of powers(estate, options, right))
    for (const { odds, population } of podListeners(estate))
      for (const to of population.within(power))
        yield {
          from: power.grant.id,
          to,
          facts: grantFacts(power.grant),
          note: `${power.verb} pods/portforward`,
          likelihood: power.verb === 'get' ? odds / 2 : odds,
        };
}
