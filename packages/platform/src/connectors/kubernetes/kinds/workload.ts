/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job and CronJob in one form. */

import { at, record } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

export function workloadData(object: ApiObject): Record<string, unknown> {
  const spec = record(object.spec) ?? {};
  const template = object.kind === 'CronJob' ? at(spec, 'jobTemplate', 'spec', 'template') : spec.template;
  // A ReplicationController's selector is a plain map of labels.
  const selector =
    object.kind === 'ReplicationController' && spec.selector ? { matchLabels: spec.selector } : spec.selector;
  return {
    metadata: object.metadata,
    workloadKind: object.kind,
    replicas: spec.replicas,
    suspend: spec.suspend,
    selector,
    template,
  };
}
