/**
 * Review campaigns (A6, F9): each identity's grants, with what is known of their use, to be kept, reduced or revoked by somebody
 * who signs with their name. A decision stands once it is made, and is an entry of the ledger in the same transaction; the
 * campaign is closed by the last one. What was to be decided is a blob of the ledger, so that it cannot be changed afterwards.
 */
import { FirebreakError, type Review, type ReviewSummary, reviewVerdicts } from '@firebreak/contract';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { NewReviewItem, ReviewStore } from './store.ts';

export interface OpenReview {
  readonly title: string;
  /** ISO 8601. */
  readonly due: string | null;
  readonly items: readonly NewReviewItem[];
  readonly by: string;
}

export interface DecideReview {
  readonly review: string;
  readonly item: string;
  readonly verdict: (typeof reviewVerdicts)[number];
  readonly note: string;
  readonly by: string;
}

export interface Reviews {
  /** @throws FirebreakError FB-REVIEW-EMPTY when there is nothing to decide */
  open(request: OpenReview): Promise<Review>;
  /** Newest first. */
  list(): Promise<readonly ReviewSummary[]>;
  /** @throws FirebreakError FB-NOT-FOUND */
  get(id: string): Promise<Review>;
  /** @throws FirebreakError FB-NOT-FOUND, FB-REVIEW-DECIDED */
  decide(request: DecideReview): Promise<Review>;
}

export function createReviews<Tx>(parts: { store: ReviewStore<Tx>; ledger: Ledger<Tx>; clock: Clock }): Reviews {
  const { store, ledger, clock } = parts;

  async function get(id: string, tx?: Tx): Promise<Review> {
    const review = await store.get(id, tx);
    if (review === null) throw new FirebreakError('FB-NOT-FOUND', `There is no review ${id}.`);
    return review;
  }

  return {
    get: (id) => get(id),
    list: () => store.list(),

    async open({ title: given, due, items, by }) {
      if (items.length === 0)
        throw new FirebreakError('FB-REVIEW-EMPTY', 'Nobody is granted anything that was asked for.');
      const title = storable(given);
      const id = newId('rev');
      const openedAt = clock.now().toISOString();
      await store.transaction(async (tx) => {
        await store.create(tx, { id, title, openedAt, openedBy: by, due }, items);
        const bytes = Buffer.from(JSON.stringify(items));
        const blobs = [await ledger.putBlob('review-items.json', 'application/json', bytes, tx)];
        const body = { review: id, title, due, items: items.length };
        await ledger.append([{ incident: null, kind: 'review.opened', actor: by, body, blobs }], tx);
      });
      return get(id);
    },

    async decide({ review, item, verdict, note: given, by }) {
      const before = await get(review);
      const asked = before.items.find(({ id }) => id === item);
      if (asked === undefined) throw new FirebreakError('FB-NOT-FOUND', `Review ${review} has no item ${item}.`);
      const note = storable(given);
      const decision = { verdict, by, at: clock.now().toISOString(), note };
      await store.transaction(async (tx) => {
        if (!(await store.decide(tx, review, item, decision)))
          throw new FirebreakError('FB-REVIEW-DECIDED', `${asked.identity.id} was decided by somebody before.`);
        const now = await get(review, tx);
        const body = { review, item, identity: asked.identity.id, verdict, note };
        const entries = [{ incident: null, kind: 'review.decided', actor: by, body }];
        if (now.state === 'closed')
          entries.push({ incident: null, kind: 'review.closed', actor: by, body: { ...closing(now) } as never });
        await ledger.append(entries, tx);
      });
      return get(review);
    },
  };
}

/** What a campaign came to. */
function closing({ id, items }: Review): Readonly<Record<string, unknown>> {
  const counts = Object.fromEntries(
    reviewVerdicts.map((verdict) => [verdict, items.filter(({ decision }) => decision?.verdict === verdict).length]),
  );
  return { review: id, ...counts };
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
