import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { workloads } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

/** Not Jobs: the template of an existing one cannot be changed. */
export default {
  label: 'WORKLOAD_PATCH',
  from: ['PermissionSet'],
  to: workloadKinds.filter(({ mutable }) => mutable).map(({ kind }) => kind),
  needs: [...rightsNeeds, 'kubernetes.workload'],
  techniques: ['T1610', 'T1525'],
  traverse: 'seconds',
  explain: {
    what: 'Rewrites the template of a workload.',
    why: 'The role allows to patch or update the object that makes the pods.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const { kind, group, resource, mutable } of workloadKinds) {
    if (!mutable) continue;
    yield* rightEdges(estate, options, { verbs: ['patch', 'update'], group, resource }, workloads(kind));
  }
}
