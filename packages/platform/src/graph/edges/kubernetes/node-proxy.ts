import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { pods, podsByHost } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * The kubelet's own API runs commands in every pod of its node, past admission and audit; it has no call that runs a
 * command on the host itself, so the host is reached through what its pods can do. `get` is enough, as the WebSocket that
 * carries a command opens with a GET (kubernetes/kubernetes#136550).
 */
export default {
  label: 'NODE_PROXY',
  from: ['PermissionSet'],
  to: ['Pod'],
  needs: [...rightsNeeds, 'kubernetes.pod', 'kubernetes.node'],
  techniques: ['T1609'],
  traverse: 'seconds',
  explain: {
    what: 'Runs commands in the pods of a node through its kubelet.',
    why: 'The role allows nodes/proxy.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const right = { verbs: ['create', 'get'], group: '', resource: 'nodes/proxy', clusterScoped: true };
  for (const { grant, names, verb } of powers(estate, options, right)) {
    const reached = names === 'any' ? [pods(estate).group()] : names.map((name) => podsByHost(estate).group(name));
    for (const to of reached)
      if (to !== undefined) yield { from: grant.id, to, facts: grantFacts(grant), note: `${verb} nodes/proxy` };
  }
}
