/** Alerts that Prometheus Alertmanager says are firing. */
import type { Detection } from '@firebreak/contract';
import { textAt } from '../../../intake/foreign.ts';
import { foreignAlerts } from '../../foreign/alerts.ts';

/** Words that rules in use give their `severity` label. */
const severities: Readonly<Record<string, Detection['severity']>> = {
  critical: 'critical',
  page: 'high',
  error: 'high',
  high: 'high',
  warning: 'medium',
  medium: 'medium',
  low: 'low',
  info: 'info',
  none: 'info',
};

export default foreignAlerts(
  {
    id: 'foreign/alertmanager',
    family: 'alertmanager',
    title: 'An alert of Prometheus is firing',
    needs: ['alertmanager'],
    system: 'Prometheus Alertmanager',
  },
  ({ event, raw }) => {
    if (event.source.format !== 'alertmanager' || textAt(raw, 'alert', 'status') === 'resolved') return undefined;
    const name = textAt(raw, 'alert', 'labels', 'alertname') ?? 'unnamed';
    const word = textAt(raw, 'alert', 'labels', 'severity')?.toLowerCase() ?? '';
    const [summary, description] = ['summary', 'description'].map((each) => textAt(raw, 'alert', 'annotations', each));
    return {
      name,
      title: summary ?? name,
      severity: Object.hasOwn(severities, word) ? severities[word] : undefined,
      note: description ?? summary,
      // An alert that ended and fires again is another one.
      group: `${textAt(raw, 'alert', 'fingerprint') ?? event.id} ${textAt(raw, 'alert', 'startsAt') ?? ''}`,
    };
  },
);
