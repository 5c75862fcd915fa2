/**
 * How the owner of an operator's resource says "stop": the one field of each kind by which its operator takes the pods away and keeps
 * them away. Pods that an operator owns must be stopped there, or they come back.
 *
 * Sources: ray.io v1 (RayCluster, RayJob, RayCronJob `spec.suspend`; a RayService has no such field), argoproj.io v1alpha1 (Workflow,
 * CronWorkflow `spec.suspend`, Rollout `spec.replicas`), the training operator's `runPolicy.suspend`, trainer.kubeflow.org TrainJob and
 * jobset.x-k8s.io JobSet `spec.suspend`, sparkoperator.k8s.io `spec.suspend`, kubeflow.org Notebook (the annotation that its culler
 * sets; presence counts), KServe 0.15 and later (`serving.kserve.io/stop`), agents.x-k8s.io and LeaderWorkerSet `spec.replicas`.
 */
import { at } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';
import { groupVersion } from '../resources.ts';

export interface Rest {
  readonly group: string;
  readonly kind: string;
  readonly path: readonly string[];
  readonly value: boolean | number | string;
  /** Any value means stopped. */
  readonly presence?: true;
  /** What stopping does not do, in one sentence. */
  readonly remark?: string;
}

const suspend = { path: ['spec', 'suspend'], value: true } as const;
const none = { path: ['spec', 'replicas'], value: 0 } as const;
const runPolicy = { path: ['spec', 'runPolicy', 'suspend'], value: true } as const;
const kserve = { path: ['metadata', 'annotations', 'serving.kserve.io/stop'], value: 'true' } as const;

export const rests: readonly Rest[] = [
  { group: 'ray.io', kind: 'RayCluster', ...suspend },
  { group: 'ray.io', kind: 'RayJob', ...suspend },
  { group: 'ray.io', kind: 'RayCronJob', ...suspend, remark: 'Jobs that it has already started go on.' },
  { group: 'argoproj.io', kind: 'Workflow', ...suspend, remark: 'Steps that run go on to their end.' },
  { group: 'argoproj.io', kind: 'CronWorkflow', ...suspend, remark: 'Workflows that it has already started go on.' },
  { group: 'argoproj.io', kind: 'Rollout', ...none },
  ...['PyTorchJob', 'TFJob', 'MPIJob', 'XGBoostJob', 'JAXJob', 'PaddleJob'].map((kind) => ({
    group: 'kubeflow.org',
    kind,
    ...runPolicy,
  })),
  { group: 'trainer.kubeflow.org', kind: 'TrainJob', ...suspend },
  { group: 'jobset.x-k8s.io', kind: 'JobSet', ...suspend },
  { group: 'sparkoperator.k8s.io', kind: 'SparkApplication', ...suspend },
  { group: 'leaderworkerset.x-k8s.io', kind: 'LeaderWorkerSet', ...none },
  {
    group: 'kubeflow.org',
    kind: 'Notebook',
    path: ['metadata', 'annotations', 'kubeflow-resource-stopped'],
    value: 'firebreak',
    presence: true,
  },
  { group: 'serving.kserve.io', kind: 'InferenceService', ...kserve },
  { group: 'serving.kserve.io', kind: 'LLMInferenceService', ...kserve },
  { group: 'agents.x-k8s.io', kind: 'Sandbox', ...none },
];

const byKind = new Map(rests.map((rest) => [`${rest.group}/${rest.kind}`, rest]));

export function restOf(apiVersion: string, kind: string): Rest | undefined {
  return byKind.get(`${groupVersion(apiVersion).group}/${kind}`);
}

/** Whether its owner has stopped it. */
export function isAtRest({ path, value, presence }: Rest, object: ApiObject): boolean {
  const found = at(object, ...path) ?? undefined;
  return presence === true ? found !== undefined : found === value;
}
