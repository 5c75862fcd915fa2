import { type DerivedEdge, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { namespacesOf } from '../../kubernetes/bindable.ts';
import { podWishes } from '../../kubernetes/inventory.ts';

export default {
  label: 'NAMESPACE_CONTROL',
  from: ['Namespace'],
  to: [
    'ServiceAccount',
    'Secret',
    'PersistentVolumeClaim',
    'Credential',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
  ],
  needs: ['kubernetes.namespace', 'kubernetes.workload', 'kubernetes.secret', 'kubernetes.service-account'],
  techniques: ['T1610'],
  traverse: 'seconds',
  explain: {
    what: 'Applies any object in the namespace: workloads that take its accounts, secrets and storage.',
    why: 'Whoever decides what is delivered into a namespace decides what runs there.',
    cut: 'Suspend the delivery into the namespace.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const name of namespacesOf(estate)) {
    const to = podWishes(estate).group(name);
    if (to === undefined) continue;
    const id = kubernetesId('Namespace', undefined, name);
    // A namespace without an object of its own is known by what lies in it.
    const [first] = to.members();
    const facts = estate.get('kubernetes.namespace', id) === undefined ? (first?.facts ?? []) : [id];
    if (facts.length > 0) yield { from: id, to, facts };
  }
  for (const fact of estate.all('kubernetes.workload')) {
    const from = kubernetesId('Namespace', undefined, fact.data.metadata.namespace ?? 'default');
    yield { from, to: fact.id, facts: [fact.id] };
  }
}
