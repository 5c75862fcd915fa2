import { array, at, type Foreign, record, textAt } from '../../../../intake/foreign.ts';
import type { Desk, Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

export default {
  service: 'eks',
  where: 'region',
  kinds: ['aws.eks-cluster'],
  operations: {
    ListClusters: 'eks:ListClusters',
    DescribeCluster: 'eks:DescribeCluster',
    ListAccessEntries: 'eks:ListAccessEntries',
    DescribeAccessEntry: 'eks:DescribeAccessEntry',
    ListAssociatedAccessPolicies: 'eks:ListAssociatedAccessPolicies',
    ListPodIdentityAssociations: 'eks:ListPodIdentityAssociations',
    DescribePodIdentityAssociation: 'eks:DescribePodIdentityAssociation',
    ListNodegroups: 'eks:ListNodegroups',
    DescribeNodegroup: 'eks:DescribeNodegroup',
  },
  async *read(desk) {
    const { texts, locator } = await desk.list('ListClusters', 'clusters');
    yield* desk.each(texts, async (name) => {
      const cluster = record((await desk.get('DescribeCluster', { name }, name))?.cluster) ?? {};
      const mode = textAt(cluster, 'accessConfig', 'authenticationMode');
      const data = {
        ...cluster,
        issuer: at(cluster, 'identity', 'oidc', 'issuer'),
        endpointPublicAccess: at(cluster, 'resourcesVpcConfig', 'endpointPublicAccess'),
        publicAccessCidrs: array(at(cluster, 'resourcesVpcConfig', 'publicAccessCidrs')),
        authenticationMode: mode,
        // A cluster that goes by its aws-auth map alone refuses to be asked.
        accessEntries: mode === 'CONFIG_MAP' ? [] : await accessEntries(desk, name),
        podIdentityAssociations: await associations(desk, name),
        nodegroups: await nodegroups(desk, name),
        Tags: tagsOf(cluster.tags),
      };
      return desk.fact('aws.eks-cluster', cluster.arn, data, locator);
    });
  },
} satisfies Reading;

async function accessEntries(desk: Desk, clusterName: string): Promise<readonly Foreign[]> {
  const { texts } = await desk.list('ListAccessEntries', 'accessEntries', { clusterName }, clusterName);
  return gather(
    desk.each(texts, async (principalArn) => {
      const input = { clusterName, principalArn };
      const [entry, policies] = await Promise.all([
        desk.get('DescribeAccessEntry', input, clusterName, principalArn),
        desk.list('ListAssociatedAccessPolicies', 'associatedAccessPolicies', input, clusterName, principalArn),
      ]);
      return {
        principalArn,
        ...record(entry?.accessEntry),
        policies: policies.items.map((policy) => ({
          policyArn: policy.policyArn,
          scope: at(policy, 'accessScope', 'type'),
          namespaces: array(at(policy, 'accessScope', 'namespaces')),
        })),
      };
    }),
  );
}

async function associations(desk: Desk, clusterName: string): Promise<readonly Foreign[]> {
  const { items } = await desk.list('ListPodIdentityAssociations', 'associations', { clusterName }, clusterName);
  return gather(
    desk.each(items, async (association) => {
      const associationId = textAt(association, 'associationId') ?? '';
      const whole = await desk.get(
        'DescribePodIdentityAssociation',
        { clusterName, associationId },
        clusterName,
        associationId,
      );
      return { ...association, ...record(whole?.association) };
    }),
  );
}

async function nodegroups(desk: Desk, clusterName: string): Promise<readonly Foreign[]> {
  const { texts } = await desk.list('ListNodegroups', 'nodegroups', { clusterName }, clusterName);
  return gather(
    desk.each(texts, async (nodegroupName) => ({
      nodegroupName,
      ...record(
        (await desk.get('DescribeNodegroup', { clusterName, nodegroupName }, clusterName, nodegroupName))?.nodegroup,
      ),
    })),
  );
}

async function gather<T>(things: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const thing of things) all.push(thing);
  return all;
}
