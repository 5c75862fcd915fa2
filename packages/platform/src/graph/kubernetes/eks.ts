/**
 * Which EKS cluster of the account the estate's Kubernetes is. Objects of a cluster do not say it, so it is proven where it can
 * be, and else said to be unproven. What must stay true:
 *
 * - proven is: a node names an EC2 instance (`providerID`) that is tagged as this cluster's;
 * - where some cluster is proven, no other one is meant;
 * - else every cluster of the account may be it, with odds below 1 and a note.
 */
import type { Estate, Fact, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';

export interface EksCandidate {
  readonly cluster: Fact<'aws.eks-cluster'>;
  readonly likelihood: number;
  /** What it depends on; undefined when proven. */
  readonly note: string | undefined;
  /** What proves it, and the cluster. */
  readonly facts: readonly FactId[];
}

/** The EC2 instance of each Kubernetes node that names one. */
export const instanceOfNode: (estate: Estate) => ReadonlyMap<NodeId, Fact<'aws.instance'>> = perEstate((estate) => {
  const byId = new Map(estate.all('aws.instance').map((fact) => [fact.data.InstanceId, fact]));
  const found = new Map<NodeId, Fact<'aws.instance'>>();
  for (const node of estate.all('kubernetes.node')) {
    const machine = /^aws:\/\/\/[a-z0-9-]*\/(i-[0-9a-f]{8,17})$/.exec(node.data.spec?.providerID ?? '')?.[1];
    const instance = machine === undefined ? undefined : byId.get(machine);
    if (instance !== undefined) found.set(node.id, instance);
  }
  return found;
});

export const eksCandidates: (estate: Estate) => readonly EksCandidate[] = perEstate((estate) => {
  const clusters = estate.all('aws.eks-cluster');
  if (clusters.length === 0) return [];
  const proofs = new Map<string, FactId[]>();
  for (const [node, { id, data }] of instanceOfNode(estate)) {
    const [, partition, , region, account] = data.Arn.split(':');
    for (const name of clusterNames(data.Tags)) {
      const arn = `arn:${partition}:eks:${region}:${account}:cluster/${name}`;
      if (!proofs.has(arn)) proofs.set(arn, [node, id]);
    }
  }
  const proven = clusters.filter(({ data }) => proofs.has(data.arn));
  if (proven.length > 0)
    return proven.map((cluster) => ({
      cluster,
      likelihood: 1,
      note: undefined,
      facts: [cluster.id, ...(proofs.get(cluster.data.arn) ?? [])],
    }));
  const likelihood = clusters.length === 1 ? 0.8 : 0.8 / clusters.length;
  return clusters.map((cluster) => ({
    cluster,
    likelihood,
    note: `if the cluster is ${cluster.data.name} of EKS, which nothing proves`,
    facts: [cluster.id],
  }));
});

const ownership = 'kubernetes.io/cluster/';

function clusterNames(tags: readonly { readonly Key: string; readonly Value: string }[]): readonly string[] {
  return tags.flatMap(({ Key, Value }) => {
    if (Key === 'eks:cluster-name' || Key === 'aws:eks:cluster-name') return [Value];
    return Key.startsWith(ownership) && Value === 'owned' ? [Key.slice(ownership.length)] : [];
  });
}
