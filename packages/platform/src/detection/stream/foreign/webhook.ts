/** Alerts of systems that are described in content/intake, by the description's id: GuardDuty, Security Hub, Falco, Wiz, one's own. */
import { alertFormats, declaredAlert } from '../../../events/declared/declared-formats.ts';
import { foreignAlerts } from '../../foreign/alerts.ts';

export default foreignAlerts(
  {
    id: 'foreign/webhook',
    family: 'webhook',
    title: 'Another system raised an alert',
    needs: alertFormats,
    system: 'Another system',
  },
  ({ event, raw }) => {
    const alert = declaredAlert(event.source.format, raw);
    if (alert === undefined) return undefined;
    const { source, group, title, severity } = alert;
    const things = [...event.targets, event.actor.id ?? event.actor.credential ?? ''].join(' ');
    return { name: source, title, severity, note: event.operation, group: `${group} ${things} ${event.id}` };
  },
);
