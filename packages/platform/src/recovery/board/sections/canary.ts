import type { BoardInput, DraftItem } from '../draft.ts';

const ends: Readonly<Record<string, 'done' | 'failed'>> = {
  promoted: 'done',
  'rolled-back': 'failed',
  stopped: 'failed',
  stuck: 'failed',
};

/** The restored version took traffic and was judged by numbers. */
export default ({ canary, subjects, marks }: BoardInput): readonly DraftItem[] => {
  if (subjects.length === 0 && canary === null && !marks.has('canary/verdict')) return [];
  return [
    {
      id: 'canary/verdict',
      section: 'canary',
      title: 'The restored version was judged as a canary',
      why: 'A version that verifies may still be wrong for the traffic of today.',
      next: 'Start a canary for this incident (docs/canary.md), or say why none is needed.',
      how: 'automatic',
      needs: subjects.map(({ id }) => `rollback/${id}`),
      waivable: true,
      known: {
        state: canary === null ? 'open' : (ends[canary.state] ?? 'open'),
        what:
          canary === null
            ? 'No canary was run for this incident.'
            : `Canary ${canary.id} is ${canary.state}: ${canary.why}`,
        entry: null,
        at: canary?.endedAt ?? null,
      },
    },
  ];
};
