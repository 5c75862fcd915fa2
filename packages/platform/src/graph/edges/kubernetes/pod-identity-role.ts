import { awsId, type DerivedEdge, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { eksCandidates } from '../../kubernetes/eks.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { append, type PodView, podsOf } from '../../kubernetes/pods.ts';

/** Said in EKS and not in the cluster: nothing in the manifests shows it. */
export default {
  label: 'POD_IDENTITY_ROLE',
  from: ['Container'],
  to: ['Role'],
  needs: [...podNeeds, 'aws.eks-cluster', 'aws.role'],
  techniques: ['T1078.004', 'T1552.005'],
  traverse: 'instant',
  explain: {
    what: 'Asks the agent of EKS Pod Identity for the credentials of the role.',
    why: 'EKS associates the service account of the pod with the role.',
    cut: 'Delete the association, or stop the workload.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const candidates = eksCandidates(estate);
  if (candidates.length === 0) return;
  const byAccount = new Map<string, PodView[]>();
  for (const pod of podsOf(estate).all) if (!pod.mirror) append(byAccount, pod.account, pod);
  for (const { cluster, likelihood, note, facts } of candidates)
    for (const { namespace, serviceAccount, roleArn } of cluster.data.podIdentityAssociations) {
      if (roleArn === undefined || !roleArn.startsWith('arn:')) continue;
      for (const pod of byAccount.get(kubernetesId('ServiceAccount', namespace, serviceAccount)) ?? [])
        for (const { id: from } of pod.containers)
          yield {
            from,
            to: awsId(roleArn),
            facts: [...facts, ...pod.facts],
            ...(likelihood === 1 ? {} : { likelihood }),
            ...(note === undefined ? {} : { note }),
          };
    }
}
