/** Findings that other products sent as OCSF, by product and by what their analytic is called. */
import type { Detection } from '@firebreak/contract';
import { findingUidOf } from '../../../events/finding-uid.ts';
import { titleOf } from '../../../events/formats/ocsf-finding.ts';
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import { foreignAlerts } from '../../foreign/alerts.ts';

/** Of `severity_id`. */
const severities: Readonly<Record<number, Detection['severity']>> = {
  1: 'info',
  2: 'low',
  3: 'medium',
  4: 'high',
  5: 'critical',
  6: 'critical',
};
/** `status_id` of what its product has put away: resolved and closed; of other findings suppressed, resolved, archived, deleted. */
const over = { incident: [4, 5], finding: [3, 4, 5, 6] };
const closes = 3;
const passed = 1;

export default foreignAlerts(
  {
    id: 'foreign/ocsf',
    family: 'ocsf',
    title: 'Another product found something',
    needs: ['ocsf-finding'],
    system: 'Another product',
  },
  ({ event, raw }) => {
    if (event.source.format !== 'ocsf-finding' || isPutAway(raw)) return undefined;
    const title = titleOf(raw) ?? 'a finding without a title';
    const rule =
      textAt(raw, 'finding_info', 'analytic', 'name') ??
      textAt(raw, 'finding_info', 'analytic', 'uid') ??
      textAt(raw, 'compliance', 'control') ??
      textAt(array(field(raw, 'vulnerabilities'))[0], 'cve', 'uid') ??
      (field(raw, 'class_uid') === 2005 ? 'incident' : title);
    const severity = field(raw, 'severity_id');
    return {
      name: `${event.actor.name}/${rule}`,
      title,
      severity: typeof severity === 'number' ? severities[severity] : undefined,
      note: textAt(raw, 'message') ?? textAt(raw, 'finding_info', 'desc') ?? textAt(raw, 'desc'),
      group: findingUidOf(event.id) ?? event.id,
    };
  },
);

function isPutAway(raw: unknown): boolean {
  const [of, status] = [field(raw, 'class_uid') as number, field(raw, 'status_id')];
  if (field(raw, 'activity_id') === closes) return true;
  if (of === 2003 && at(raw, 'compliance', 'status_id') === passed) return true;
  return typeof status === 'number' && (of === 2005 ? over.incident : over.finding).includes(status);
}
