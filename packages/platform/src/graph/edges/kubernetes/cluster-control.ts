import { clusterAdminId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { everything } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';

export default {
  label: 'CLUSTER_CONTROL',
  from: ['Privilege'],
  to: ['Pod', 'Node', 'ServiceAccount', 'User', 'Group', 'Secret', 'Namespace', 'Deployment', 'PersistentVolumeClaim'],
  needs: ['kubernetes.pod', 'kubernetes.workload', 'kubernetes.node', 'kubernetes.secret', 'kubernetes.namespace'],
  techniques: ['T1078'],
  traverse: 'instant',
  explain: {
    what: 'Takes any object of the cluster and acts as any identity.',
    why: 'Cluster-admin may read every secret, run in every pod, impersonate everyone.',
    cut: 'Cut the way to cluster-admin.',
  },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { node, facts } of everything(estate))
    if (facts.length > 0) yield { from: clusterAdminId, to: node, facts };
}
