import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { hosts, podWishes } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * The host is another matter (POD_PLACEMENT), because Pod Security admission decides about it. KubeHound draws POD_CREATE to
 * every node.
 */
export default {
  label: 'POD_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount', 'Secret', 'PersistentVolumeClaim', 'Credential', 'Node'],
  needs: [...rightsNeeds, 'kubernetes.secret', 'kubernetes.persistent-volume-claim'],
  techniques: ['T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Runs a pod of its own that is given the account, secret or storage.',
    why: 'The role allows to create pods, and a pod may use any account, secret and claim of its namespace.',
    cut: 'Take the identity out of the binding.',
  },
  aka: { kubehound: 'POD_CREATE' },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const power of powers(estate, options, { verbs: ['create'], group: '', resource: 'pods' })) {
    if (power.names !== 'any') continue;
    const to = options.convention === 'kubehound' ? hosts(estate).group() : podWishes(estate).group(power.namespace);
    if (to !== undefined) yield { from: power.grant.id, to, facts: grantFacts(power.grant), note: 'create pods' };
  }
}
