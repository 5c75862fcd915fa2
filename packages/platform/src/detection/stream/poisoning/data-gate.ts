/** A dataset that the gate held back or refused is a finding: who wrote it, and what else they wrote, is the question that follows. */
import { type Detected, dataGateSchema, type SeenEvent, type StreamDetector } from '@firebreak/contract';

export default {
  id: 'poisoning/data-gate',
  status: 'stable',
  severity: 'medium',
  title: 'Training data did not pass the gate',
  needs: ['data-gate'],
  techniques: ['atlas.aml.t0020', 'atlas.aml.t0018', 'llm.llm04-2025'],
  explain: {
    what: 'The gate before a retrain found data that nobody should learn from unseen.',
    why: 'Whoever writes training data writes the next model: wrong labels and planted triggers pass every later test that does not know them.',
    next: 'Do not retrain from it. Look at the rows that are named, at who wrote them, and at what was trained since the last data that passed.',
  },
  falsePositives: [
    'Data that has honestly changed: a new product, a new region, a labelling guide that was rewritten.',
  ],
  start: () => ({
    *see({ event, raw }: SeenEvent): Generator<Detected> {
      if (event.source.format !== 'data-gate') return;
      const report = dataGateSchema.safeParse(raw);
      if (!report.success || report.data.verdict === 'pass') return;
      const { verdict, candidate, checks } = report.data;
      const spoke = checks.filter((check) => check.verdict === 'fail' || check.verdict === 'hold');
      yield {
        group: candidate.sha256,
        events: [event],
        severity: verdict === 'fail' ? 'high' : 'medium',
        note: [`${candidate.name}: ${verdict}.`, ...spoke.map(({ title, why }) => `${title}: ${why}`)]
          .join(' ')
          .slice(0, 2000),
      };
    },
    advance: () => [],
    state: () => null,
  }),
} satisfies StreamDetector;
