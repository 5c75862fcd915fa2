/**
 * Which pods run a model workload: those that it owns (through whatever its operator puts between), or that carry the name
 * label of its operator.
 */
import type { Estate, Fact, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type PodView, podsOf } from './pods.ts';

export type ModelFact = Fact<'kubernetes.model-workload'>;

const nameLabels: Readonly<Record<string, readonly string[]>> = {
  InferenceService: ['serving.kserve.io/inferenceservice'],
  LLMInferenceService: ['app.kubernetes.io/name'],
  RayCluster: ['ray.io/cluster'],
  RayJob: ['ray.io/originated-from-cr-name'],
  RayService: ['ray.io/originated-from-cr-name'],
  Notebook: ['notebook-name'],
  PyTorchJob: ['training.kubeflow.org/job-name'],
  TFJob: ['training.kubeflow.org/job-name'],
};

export const podsOfModel: (estate: Estate) => ReadonlyMap<NodeId, readonly PodView[]> = perEstate((estate) => {
  const byModel = new Map<NodeId, readonly PodView[]>();
  const pods = podsOf(estate);
  for (const fact of estate.all('kubernetes.model-workload')) {
    const { metadata, resourceKind } = fact.data;
    const labels = nameLabels[resourceKind] ?? [];
    const candidates = pods.inNamespace.get(metadata.namespace ?? 'default') ?? [];
    byModel.set(
      fact.id,
      candidates.filter(
        (pod) =>
          labels.some((label) => pod.labels[label] === metadata.name) ||
          (pod.ownership.beyond?.kind === resourceKind && pod.ownership.beyond.name === metadata.name),
      ),
    );
  }
  return byModel;
});

/** The weights behind a served model, as a thing of its own: reading them is not the same as rewriting the resource. */
export function modelId(fact: ModelFact): NodeId {
  return `kubernetes:Model/${fact.data.metadata.namespace ?? 'default'}/${fact.data.metadata.name}`;
}
