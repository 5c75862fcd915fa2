/** A decision as SARIF 2.1.0 (OASIS), for code review: one result for each requirement that is not met. */
import type { PromotionDecision } from '@firebreak/contract';
import { sarifLog, sarifUri } from '../kernel/sarif-log.ts';

const levels = { info: 'note', low: 'note', medium: 'warning', high: 'error', critical: 'error' } as const;

export function decisionAsSarif({ request, requirements }: PromotionDecision, version: string): object {
  const rules = requirements.map(({ id, what, severity }) => ({
    id: `promotion/${id}`,
    shortDescription: { text: what },
    defaultConfiguration: { level: levels[severity] },
  }));
  const locations = [{ physicalLocation: { artifactLocation: { uri: sarifUri(request.subject.name) } } }];
  const results = requirements.flatMap(({ id, state, why, next, severity }, ruleIndex) =>
    state === 'met'
      ? []
      : [
          {
            ruleId: `promotion/${id}`,
            ruleIndex,
            level: levels[severity],
            message: { text: `${state === 'missing' ? 'Missing' : 'Failed'}: ${why} ${next}` },
            locations,
          },
        ],
  );
  return sarifLog(version, rules, results);
}
