/**
 * Whether a pod is one of a model workload: it is owned by it (through whatever its operator puts between), or carries the name
 * label of its operator.
 */
import type { Fact } from '@firebreak/contract';
import type { Ownership } from './owners.ts';

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
  MPIJob: ['training.kubeflow.org/job-name'],
  Workflow: ['workflows.argoproj.io/workflow'],
};

/** Of the same namespace, which the caller sees to. */
export function runsModel(
  { data: { metadata, resourceKind } }: ModelFact,
  { labels, ownership }: { readonly labels: Readonly<Record<string, string>>; readonly ownership: Ownership },
): boolean {
  if (ownership.beyond?.kind === resourceKind && ownership.beyond.name === metadata.name) return true;
  return (nameLabels[resourceKind] ?? []).some((label) => labels[label] === metadata.name);
}
