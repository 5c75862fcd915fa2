/** A decision as SARIF 2.1.0 (OASIS), for code review: one result for each requirement that is not met. */
import type { PromotionDecision } from '@firebreak/contract';

const levels = { info: 'note', low: 'note', medium: 'warning', high: 'error', critical: 'error' } as const;

export function decisionAsSarif({ request, requirements }: PromotionDecision, version: string): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Firebreak',
            semanticVersion: version,
            rules: requirements.map(({ id, what, severity }) => ({
              id: `promotion/${id}`,
              shortDescription: { text: what },
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        results: requirements.flatMap(({ id, state, why, next, severity }, ruleIndex) =>
          state === 'met'
            ? []
            : [
                {
                  ruleId: `promotion/${id}`,
                  ruleIndex,
                  level: levels[severity],
                  message: { text: `${state === 'missing' ? 'Missing' : 'Failed'}: ${why} ${next}` },
                  locations: [
                    {
                      physicalLocation: {
                        artifactLocation: { uri: request.subject.name.split('/').map(encodeURIComponent).join('/') },
                      },
                    },
                  ],
                },
              ],
        ),
      },
    ],
  };
}
