import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { customKinds } from '../../kubernetes/custom-kinds.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

export default {
  label: 'MODEL_PATCH',
  from: ['PermissionSet'],
  to: [
    'InferenceService.serving.kserve.io',
    'RayCluster.ray.io',
    'RayJob.ray.io',
    'RayService.ray.io',
    'Notebook.kubeflow.org',
  ],
  needs: [...rightsNeeds, 'kubernetes.model-workload'],
  techniques: ['AML.T0018', 'T1610'],
  traverse: 'minutes',
  explain: {
    what: 'Rewrites a model workload: what it serves or trains, with which image and account.',
    why: 'The role allows to patch or update the custom resource that its operator turns into pods.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const { group, resource, population } of customKinds(estate, 'kubernetes.model-workload'))
    yield* rightEdges(estate, options, { verbs: ['patch', 'update'], group, resource }, () => population);
}
