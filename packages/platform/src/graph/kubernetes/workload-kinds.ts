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
