import {
  accountOfArn,
  awsId,
  clusterAdminId,
  type DerivedEdge,
  type EdgeRule,
  type Estate,
  type FactId,
  kubernetesId,
  type NodeId,
} from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { eksCandidates } from '../../kubernetes/eks.ts';
import { identitiesOf, mastersId } from '../../kubernetes/identities.ts';

/**
 * Who an AWS identity is in the cluster: by access entries of EKS, and by the `aws-auth` map where the cluster still reads it.
 * Groups and users of Kubernetes count only where something is granted to them.
 */
export default {
  label: 'EKS_ACCESS',
  from: ['Role', 'User'],
  to: ['User', 'Group', 'Privilege'],
  needs: ['aws.eks-cluster', 'kubernetes.config-map', 'kubernetes.role-binding'],
  techniques: ['T1078.004'],
  traverse: 'seconds',
  explain: {
    what: 'Speaks to the cluster as this user, in this group.',
    why: 'An access entry of EKS or the aws-auth map says who the AWS identity is in the cluster.',
    cut: 'Delete the access entry, or take the identity out of the map.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

/** AWS's own access policies that are as good as the whole cluster, by how surely. */
const wholeCluster: Readonly<Record<string, number>> = {
  AmazonEKSClusterAdminPolicy: 1,
  AmazonEKSAdminPolicy: 0.8,
};

function* derive(estate: Estate): Generator<DerivedEdge> {
  const candidates = eksCandidates(estate);
  for (const { cluster, likelihood, note, facts } of candidates) {
    if (cluster.data.authenticationMode === 'CONFIG_MAP') continue;
    const odds = (own: number) => (likelihood * own === 1 ? {} : { likelihood: likelihood * own });
    const remark = (own: string) => ({ note: [own, note].filter((each) => each !== undefined).join('; ') });
    for (const entry of cluster.data.accessEntries) {
      const from = awsId(entry.principalArn);
      for (const to of inCluster(estate, entry.username, entry.kubernetesGroups))
        yield { from, to, facts, ...odds(1), ...remark('access entry') };
      for (const { policyArn, scope } of entry.policies) {
        const policy = policyArn.slice(policyArn.lastIndexOf('/') + 1);
        const sure = scope === 'cluster' && Object.hasOwn(wholeCluster, policy) ? wholeCluster[policy] : undefined;
        if (sure !== undefined) yield { from, to: clusterAdminId, facts, ...odds(sure), ...remark(policy) };
      }
    }
  }
  const ignored = candidates.some(
    ({ cluster, likelihood }) => likelihood === 1 && cluster.data.authenticationMode === 'API',
  );
  for (const map of ignored ? [] : estate.all('kubernetes.config-map'))
    for (const { arn, username, groups } of map.data.awsAuth ?? []) {
      if (!arn.startsWith('arn:')) continue;
      const { id: from, facts } = principal(estate, arn);
      for (const to of inCluster(estate, username, groups))
        yield { from, to, facts: [map.id, ...facts], note: 'aws-auth' };
    }
}

function inCluster(estate: Estate, username: string | undefined, groups: readonly string[]): readonly NodeId[] {
  const known = identitiesOf(estate);
  const group = groups.map((name) => kubernetesId('Group', undefined, name));
  const user = username === undefined || username.includes('{{') ? [] : [kubernetesId('User', undefined, username)];
  return [...user, ...group].flatMap((id) => (id === mastersId ? [clusterAdminId] : known.has(id) ? [id] : []));
}

/** The map writes a role without its path. Names of roles are unique within an account, whatever the path. */
function principal(estate: Estate, arn: string): { readonly id: NodeId; readonly facts: readonly FactId[] } {
  const found = estate.get('aws.role', awsId(arn)) ?? estate.get('aws.user', awsId(arn));
  if (found !== undefined) return { id: found.id, facts: [found.id] };
  const [, name] = /:role\/([^/]+)$/.exec(arn) ?? [];
  const role = name === undefined ? undefined : rolesByName(estate).get(`${accountOfArn(arn)} ${name}`);
  return role === undefined ? { id: awsId(arn), facts: [] } : { id: role, facts: [role] };
}

const rolesByName = perEstate(
  (estate): ReadonlyMap<string, NodeId> =>
    new Map(estate.all('aws.role').map(({ id, data }) => [`${accountOfArn(data.Arn)} ${data.RoleName}`, id])),
);
