/**
 * Alerts as Prometheus Alertmanager posts them to a webhook (version 4), one event an alert. The Kubernetes object that the labels
 * name is a node; a label is as good as who wrote the rule. Source: Alertmanager, "webhook_config".
 */
import { type EventFormat, kubernetesId } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

export default {
  id: 'alertmanager',
  title: 'Prometheus Alertmanager',
  systems: [],
  is: (value) => textAt(value, 'alert', 'labels', 'alertname') !== undefined && textAt(value, 'receiver') !== undefined,
  unwrap: (value) =>
    textAt(value, 'receiver') !== undefined && field(value, 'groupLabels') !== undefined
      ? array(field(value, 'alerts')).map((alert) => ({ receiver: textAt(value, 'receiver'), alert }))
      : undefined,
  read(value) {
    const alert = field(value, 'alert');
    const name = textAt(alert, 'labels', 'alertname') ?? 'unnamed';
    const status = textAt(alert, 'status') ?? 'firing';
    const starts = textAt(alert, 'startsAt');
    const fingerprint = textAt(alert, 'fingerprint');
    const ends = status === 'resolved' ? textAt(alert, 'endsAt') : undefined;
    return {
      time: moment(ends ?? starts),
      system: 'alertmanager',
      actor: { name: 'alertmanager', ...told({ agent: textAt(alert, 'generatorURL') }) },
      operation: `${status} ${name}`,
      activity: 'other',
      targets: targetsOf(at(alert, 'labels')),
      outcome: 'done',
      ...told({ ownId: fingerprint === undefined ? undefined : `${fingerprint}/${status}/${ends ?? starts}` }),
    };
  },
} satisfies EventFormat;

function targetsOf(labels: unknown): string[] {
  if (record(labels) === undefined) return [];
  const namespace = textAt(labels, 'namespace');
  const kinds = { pod: 'Pod', deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' } as const;
  const inNamespace = Object.entries(kinds).flatMap(([label, kind]) => {
    const name = textAt(labels, label);
    return name === undefined || namespace === undefined ? [] : [kubernetesId(kind, namespace, name)];
  });
  const node = textAt(labels, 'node');
  return node === undefined ? inNamespace : [...inNamespace, kubernetesId('Node', undefined, node)];
}
