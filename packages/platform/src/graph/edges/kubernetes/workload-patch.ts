import type { DerivedEdge, DeriveOptions, EdgeRule, Estate, Lever, LiveEdge } from '@firebreak/contract';
import { workloads } from '../../kubernetes/inventory.ts';
import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { denyRight } from '../../kubernetes/restraining.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';
import { workloadKinds } from '../../kubernetes/workload-kinds.ts';

/** Not Jobs: the template of an existing one cannot be changed. */
export default {
  label: 'WORKLOAD_PATCH',
  from: ['PermissionSet'],
  to: workloadKinds.filter(({ mutable }) => mutable).map(({ kind }) => kind),
  needs: [...rightsNeeds, ...restraintNeeds, 'kubernetes.workload'],
  techniques: ['T1610', 'T1525'],
  traverse: 'seconds',
  explain: {
    what: 'Rewrites the template of a workload.',
    why: 'The role allows to patch or update the object that makes the pods.',
    cut: 'Take the identity out of the binding, or have admission refuse its changes.',
  },
  severedBy: ['kubernetes.deny-admission'],
  derive,
  levers,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const { kind, group, resource, mutable } of workloadKinds) {
    if (!mutable) continue;
    yield* rightEdges(estate, options, rightTo({ group, resource }), workloads(kind));
  }
}

const rightTo = ({ group, resource }: { readonly group: string; readonly resource: string }) => ({
  verbs: ['patch', 'update'],
  group,
  resource,
});

function levers(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const kind = workloadKinds.find((each) => edge.to.startsWith(`kubernetes:${each.kind}/`));
  return kind === undefined ? [] : denyRight(edge, estate, rightTo(kind));
}
