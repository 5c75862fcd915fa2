/** The kinds of Kubernetes that make pods. */
export interface WorkloadKind {
  readonly kind: string;
  readonly group: string;
  readonly resource: string;
  /** Whether the pod template of an existing object may be changed. A Job's may not. */
  readonly mutable: boolean;
}

export const workloadKinds: readonly WorkloadKind[] = [
  { kind: 'Deployment', group: 'apps', resource: 'deployments', mutable: true },
  { kind: 'StatefulSet', group: 'apps', resource: 'statefulsets', mutable: true },
  { kind: 'DaemonSet', group: 'apps', resource: 'daemonsets', mutable: true },
  { kind: 'ReplicaSet', group: 'apps', resource: 'replicasets', mutable: true },
  { kind: 'ReplicationController', group: '', resource: 'replicationcontrollers', mutable: true },
  { kind: 'Job', group: 'batch', resource: 'jobs', mutable: false },
  { kind: 'CronJob', group: 'batch', resource: 'cronjobs', mutable: true },
];

/**
 * Custom resources from which an operator makes pods as their writer describes them, account included; by `<plural>.<group>`,
 * as definitions are named. What an operator makes pods from only on somebody's word (templates, a model for a server that
 * runs already) is not among them.
 */
export const operatorResources: readonly string[] = [
  'agents.kagent.dev',
  'cronworkflows.argoproj.io',
  'inferenceservices.serving.kserve.io',
  'jaxjobs.kubeflow.org',
  'jobs.batch.volcano.sh',
  'jobsets.jobset.x-k8s.io',
  'leaderworkersets.leaderworkerset.x-k8s.io',
  'llminferenceservices.serving.kserve.io',
  'mpijobs.kubeflow.org',
  'notebooks.kubeflow.org',
  'pipelineruns.tekton.dev',
  'pytorchjobs.kubeflow.org',
  'rayclusters.ray.io',
  'raycronjobs.ray.io',
  'rayjobs.ray.io',
  'rayservices.ray.io',
  'rollouts.argoproj.io',
  'sandboxes.agents.x-k8s.io',
  'services.serving.knative.dev',
  'sparkapplications.sparkoperator.k8s.io',
  'taskruns.tekton.dev',
  'tfjobs.kubeflow.org',
  'trainjobs.trainer.kubeflow.org',
  'workflows.argoproj.io',
  'xgboostjobs.kubeflow.org',
];
