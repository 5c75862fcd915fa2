import type { Review, ReviewSummary } from '@firebreak/contract';
import { bold, joined, type Shown, show, table } from './shown.ts';

export function describeReviews(reviews: readonly ReviewSummary[]): Shown {
  if (reviews.length === 0) return show`There is no review.`;
  return table(
    ['review', 'state', 'opened', 'due', 'title', 'decided'],
    reviews.map(({ id, state, openedAt, due, title, decided, total }) => [
      id,
      state,
      openedAt,
      due ?? '',
      title,
      `${decided} of ${total}`,
    ]),
  );
}

export function describeReview({ id, title, state, due, items }: Review): Shown {
  const decided = items.filter(({ decision }) => decision !== null).length;
  return joined([
    show`${bold(title)} (${id}): ${state}, ${decided} of ${items.length} decided${due === null ? '' : `, due ${due}`}`,
    table(
      ['item', 'identity', 'owner', 'grants', 'reaches', 'evidence', 'decision'],
      items.map(({ id: item, identity, owner, grants, reaches, evidence, decision }) => [
        item,
        identity.id,
        owner ?? '',
        grants.length,
        reaches,
        evidence,
        decision === null
          ? ''
          : `${decision.verdict} by ${decision.by}${decision.note === '' ? '' : `: ${decision.note}`}`,
      ]),
    ),
  ]);
}
