import { clusterAdminId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { hostsOf } from '../../kubernetes/hosts.ts';

export default {
  label: 'CONTROL_PLANE_HOST',
  from: ['Node'],
  to: ['Privilege'],
  needs: ['kubernetes.node', 'kubernetes.pod'],
  techniques: ['T1552.004'],
  traverse: 'minutes',
  explain: {
    what: 'Takes the cluster’s own keys.',
    why: 'The node runs the API server or etcd: the signing keys and every stored object lie on its disk.',
    cut: 'Keep workloads off the control plane; nothing short of new keys helps once it is lost.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, controlPlane } of hostsOf(estate))
    if (controlPlane.length > 0) yield { from: id, to: clusterAdminId, facts: controlPlane };
}
