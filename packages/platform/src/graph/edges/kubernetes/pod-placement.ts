import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { admitsHostAccess } from '../../kubernetes/admission.ts';
import { hosts } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { podMakers } from '../../kubernetes/pod-makers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * From whatever makes pods, unless the namespace enforces the Pod Security level baseline or restricted. `nodeName` in a pod
 * passes the scheduler by, so that taints and cordons do not hold it off. KubeHound has it as POD_CREATE.
 */
export default {
  label: 'POD_PLACEMENT',
  from: ['PermissionSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Namespace'],
  to: ['Node'],
  needs: [...rightsNeeds, 'kubernetes.namespace', 'kubernetes.node', 'kubernetes.workload'],
  techniques: ['T1610', 'T1611'],
  traverse: 'seconds',
  explain: {
    what: 'Runs a privileged pod on a node of its choice and steps onto the node.',
    why: 'The right to make pods includes privileged ones where admission does not refuse them.',
    cut: 'Take the identity out of the binding, and let the namespace enforce the Pod Security level baseline.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const to = hosts(estate).group();
  if (to === undefined || options.convention === 'kubehound') return;
  for (const { grant, namespace } of podMakers(estate, options))
    if (admitsHostAccess(estate, { namespace })) yield { from: grant.id, to, facts: grantFacts(grant) };
  for (const fact of [...estate.all('kubernetes.workload'), ...estate.all('kubernetes.model-workload')]) {
    const namespace = fact.data.metadata.namespace ?? 'default';
    if (admitsHostAccess(estate, { namespace })) yield { from: fact.id, to, facts: [fact.id] };
  }
  for (const fact of estate.all('kubernetes.namespace')) {
    if (admitsHostAccess(estate, { namespace: fact.data.metadata.name })) yield { from: fact.id, to, facts: [fact.id] };
  }
}
