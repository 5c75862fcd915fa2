import type { BoardInput, DraftItem } from '../draft.ts';
import { chooseItem } from './versions.ts';

const ends: Readonly<Record<string, 'done' | 'failed'>> = {
  promoted: 'done',
  'rolled-back': 'failed',
  stopped: 'failed',
  stuck: 'failed',
};

/** The restored version took traffic and was judged by numbers. */
export default ({ canary, subjects, marks }: BoardInput): readonly DraftItem[] => {
  // One that was started before a version was chosen was of another version.
  const chosen =
    subjects
      .map(({ id }) => marks.get(chooseItem(id))?.at ?? '')
      .sort()
      .at(-1) ?? '';
  const isOfBefore = canary !== null && canary.startedAt < chosen;
  const state = canary === null || isOfBefore ? 'open' : (ends[canary.state] ?? 'open');
  if (subjects.length === 0 && canary === null && !marks.has('canary/verdict')) return [];
  return [
    {
      id: 'canary/verdict',
      section: 'canary',
      title: 'The restored version was judged as a canary',
      why: 'A version that verifies may still be wrong for the traffic of today.',
      next:
        state === 'failed'
          ? 'Choose another version, or mend what serves this one, and start another canary (docs/canary.md).'
          : 'Start a canary for this incident (docs/canary.md), or say why none is needed.',
      how: 'automatic',
      needs: subjects.map(({ id }) => `rollback/${id}`),
      // Whether one is needed is for people to say; what one has found is not.
      waivable: state !== 'failed',
      known: {
        state,
        what:
          canary === null
            ? 'No canary was run for this incident.'
            : isOfBefore
              ? `Canary ${canary.id} was started before the version was chosen that is to return.`
              : `Canary ${canary.id} is ${canary.state}: ${canary.why}`,
        entry: null,
        at: canary?.endedAt ?? null,
      },
    },
  ];
};
