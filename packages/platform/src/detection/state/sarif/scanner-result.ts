import type { Finding, StateDetector } from '@firebreak/contract';

export default {
  id: 'scanner-result',
  status: 'stable',
  severity: 'medium',
  title: 'Reported by another scanner',
  needs: ['sarif.result'],
  techniques: ['T1195'],
  explain: {
    what: 'Another scanner reports a weakness at this place.',
    why: 'It is shown as the scanner says it; nobody has judged it here.',
    next: 'Look at the place, and at what the scanner says about its rule.',
  },
  *detect(estate) {
    for (const { id, data } of estate.all('sarif.result')) {
      const { tool, ruleId, message, uri, line, column } = data;
      yield {
        about: id,
        facts: [id],
        where: {
          locator: uri ?? '(no place)',
          ...(line === undefined ? {} : { line }),
          ...(column === undefined ? {} : { column }),
        },
        note: `${tool} ${ruleId}: ${message}`,
        severity: severityOf(data),
        thorough: data.level === 'none',
      };
    }
  },
} satisfies StateDetector;

/** `security-severity` by GitHub's bands where it is given, else by level. */
function severityOf({
  level,
  securitySeverity,
}: {
  level: string;
  securitySeverity?: number | undefined;
}): Finding['severity'] {
  if (securitySeverity !== undefined) {
    if (securitySeverity >= 9) return 'critical';
    if (securitySeverity >= 7) return 'high';
    return securitySeverity >= 4 ? 'medium' : 'low';
  }
  return level === 'error' ? 'high' : level === 'warning' ? 'medium' : level === 'note' ? 'low' : 'info';
}
