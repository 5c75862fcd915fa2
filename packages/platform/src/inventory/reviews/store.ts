/** What review campaigns need from durable storage. The implementation is PostgreSQL (`storage/review-store.ts`). */
import type { Review, ReviewItem, ReviewSummary } from '@firebreak/contract';

export type NewReview = Pick<Review, 'id' | 'title' | 'openedAt' | 'openedBy' | 'due'>;
export type NewReviewItem = Omit<ReviewItem, 'decision'>;
export type NewDecision = NonNullable<ReviewItem['decision']>;

/** @typeParam Tx the handle of an open transaction, the same as the ledger store's. */
export interface ReviewStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  create(tx: Tx, review: NewReview, items: readonly NewReviewItem[]): Promise<void>;
  /** @returns false when the item was decided before, or is not there. */
  decide(tx: Tx, review: string, item: string, decision: NewDecision): Promise<boolean>;
  /** With the items in their order. */
  get(id: string, tx?: Tx): Promise<Review | null>;
  /** Newest first. */
  list(): Promise<readonly ReviewSummary[]>;
}
