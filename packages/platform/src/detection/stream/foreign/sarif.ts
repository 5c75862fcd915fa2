/** Results that scanners sent, by tool and rule. */
import type { Detection } from '@firebreak/contract';
import { numberOf } from '../../../events/number-of.ts';
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import { foreignAlerts } from '../../foreign/alerts.ts';

const levels: Readonly<Record<string, Detection['severity']>> = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'info',
};

export default foreignAlerts(
  {
    id: 'foreign/sarif',
    family: 'sarif',
    title: 'A scanner found something',
    needs: ['sarif-result'],
    system: 'The scanner',
  },
  ({ event, raw }) => {
    if (event.source.format !== 'sarif-result') return undefined;
    const result = field(raw, 'result');
    // What was seen before, or passes, is no alert.
    if (['unchanged', 'absent'].includes(textAt(result, 'baselineState') ?? '')) return undefined;
    if (['pass', 'notApplicable', 'informational'].includes(textAt(result, 'kind') ?? 'fail')) return undefined;
    const [tool, rule] = [textAt(raw, 'sarif', 'tool') ?? 'a scanner', textAt(raw, 'sarif', 'rule') ?? 'unnamed'];
    const place = array(field(result, 'locations'))[0];
    const file = textAt(place, 'physicalLocation', 'artifactLocation', 'uri');
    const line = at(place, 'physicalLocation', 'region', 'startLine');
    const where = [file, typeof line === 'number' ? String(line) : undefined].filter(Boolean).join(':');
    const message = textAt(result, 'message', 'text');
    return {
      name: `${tool}/${rule}`,
      title: textAt(raw, 'sarif', 'says') ?? rule,
      severity: severityOf(raw, textAt(result, 'level')),
      note: [where, message].filter(Boolean).join(': '),
      group: JSON.stringify(field(result, 'fingerprints') ?? field(result, 'partialFingerprints') ?? [where, message]),
    };
  },
);

/** `security-severity` by GitHub's bands where it is given, else by level. */
function severityOf(raw: unknown, level: string | undefined): Detection['severity'] {
  const score = numberOf(at(raw, 'sarif', 'severity'));
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  if (score >= 0) return 'low';
  const word = level ?? textAt(raw, 'sarif', 'level') ?? 'warning';
  return Object.hasOwn(levels, word) ? (levels[word] ?? 'medium') : 'medium';
}
