import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { admitsHostAccess } from '../kubernetes/admission.ts';
import { hosts } from '../kubernetes/inventory.ts';
import { rightsNeeds } from '../kubernetes/needs.ts';
import { meeting, podMakers } from '../kubernetes/pod-makers.ts';
import { powers } from '../kubernetes/powers.ts';
import { grantFacts } from '../kubernetes/rbac.ts';

/**
 * Three requests that need not be one identity's: a PersistentVolume over a host directory, a claim on it, a pod that mounts
 * the claim. Pod Security admission looks at the pod alone and lets claims through; where it lets host paths through anyway,
 * POD_PLACEMENT is the shorter way.
 */
export default {
  label: 'PV_HOST_PATH',
  from: ['PermissionSet'],
  to: ['Node'],
  needs: [...rightsNeeds, 'kubernetes.namespace', 'kubernetes.node'],
  techniques: ['T1611'],
  traverse: 'minutes',
  explain: {
    what: 'Mounts the disk of a node through a PersistentVolume of its own.',
    why: 'The rights allow to create PersistentVolumes, and admission does not look behind a claim.',
    cut: 'Take the identity out of the binding that allows to create PersistentVolumes.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const to = hosts(estate).group();
  if (to === undefined || options.convention === 'kubehound') return;
  const volumes = powers(estate, options, {
    verbs: ['create'],
    group: '',
    resource: 'persistentvolumes',
    clusterScoped: true,
  });
  const makers = podMakers(estate, options).filter((maker) => !admitsHostAccess(estate, maker));
  const claimers = [...powers(estate, options, { verbs: ['create'], group: '', resource: 'persistentvolumeclaims' })];
  for (const { grant, names } of volumes) {
    if (names !== 'any') continue;
    for (const maker of makers) {
      const fitting = claimers.filter((claimer) => claimer.names === 'any' && meeting(claimer, maker) !== undefined);
      // One of the two sets that are needed anyway, or else each that could help.
      const own = fitting.find((claimer) => claimer.grant === maker.grant || claimer.grant === grant);
      for (const claimer of own === undefined ? fitting : [own]) {
        const all = [...new Set([grant, maker.grant, claimer.grant])];
        const also = all.slice(1).map((other) => other.id);
        yield {
          from: grant.id,
          ...(also.length > 0 ? { with: also } : {}),
          to,
          facts: all.flatMap(grantFacts),
          note: 'create persistentvolumes',
        };
      }
    }
  }
}
