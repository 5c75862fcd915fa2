/** Review campaigns of the fake API: opened, decided item by item, closed by the last decision. */
import type { Review, ReviewSummary } from '@firebreak/contract/answers/reviews';

export class FakeReviews {
  readonly #reviews: Review[] = [];

  open(title: string, due: string | null, openedBy: string): Review {
    const review: Review = {
      id: `rev-${this.#reviews.length}`,
      title,
      openedAt: '2026-03-04T03:10:00.000Z',
      openedBy,
      due,
      state: 'open',
      items: [1, 2].map((i) => ({
        id: `item-${i}`,
        identity: { kind: 'ServiceAccount', id: `kubernetes:ServiceAccount/ml/reviewed-${i}`, name: `reviewed-${i}` },
        owner: i === 1 ? 'ml platform' : null,
        grants: Array.from({ length: i * 5 }, (_, k) => `get,list secrets in ns-${k}`),
        evidence: 'Used last 3 days ago.',
        reaches: i,
        decision: null,
      })),
    };
    this.#reviews.unshift(review);
    return review;
  }

  get(id: string): Review | undefined {
    return this.#reviews.find((review) => review.id === id);
  }

  get summaries(): readonly ReviewSummary[] {
    return this.#reviews.map(({ items, ...rest }) => ({
      ...rest,
      total: items.length,
      decided: items.filter(({ decision }) => decision !== null).length,
    }));
  }

  decide(
    id: string,
    item: string,
    verdict: 'keep' | 'reduce' | 'revoke',
    note: string,
    by: string,
  ): Review | undefined {
    const review = this.get(id);
    const decided = review?.items.find((known) => known.id === item);
    if (review === undefined || decided === undefined) return undefined;
    decided.decision = { verdict, by, at: '2026-03-04T04:00:00.000Z', note };
    if (review.items.every(({ decision }) => decision !== null)) review.state = 'closed';
    return review;
  }
}
