import {
  clusterAdminId,
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  kubernetesId,
} from '@firebreak/contract';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

const map = kubernetesId('ConfigMap', 'kube-system', 'aws-auth');

/** Only where the map exists: elsewhere nobody reads it. A map that is still there after a move to access entries is ignored by EKS. */
export default {
  label: 'AWS_AUTH_PATCH',
  from: ['PermissionSet'],
  to: ['Privilege'],
  needs: [...rightsNeeds, 'kubernetes.config-map'],
  techniques: ['T1098'],
  traverse: 'seconds',
  explain: {
    what: 'Maps an AWS role of its own to system:masters.',
    why: 'The role allows to change the aws-auth map, from which EKS learns who is who.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  if (estate.get('kubernetes.config-map', map) === undefined) return;
  for (const { grant, namespace, names } of powers(estate, options, {
    verbs: ['patch', 'update'],
    group: '',
    resource: 'configmaps',
  })) {
    if (namespace !== undefined && namespace !== 'kube-system') continue;
    if (names !== 'any' && !names.includes('aws-auth')) continue;
    yield { from: grant.id, to: clusterAdminId, facts: [...grantFacts(grant), map], likelihood: 0.9 };
  }
}
