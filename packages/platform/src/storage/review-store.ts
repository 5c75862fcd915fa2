/** The port of review campaigns on PostgreSQL. */
import type { Review, ReviewItem, ReviewSummary } from '@firebreak/contract';
import type { ReviewStore } from '../inventory/reviews/store.ts';
import type { Database, Queryable, Transaction } from './database.ts';

interface ReviewRow {
  readonly id: string;
  readonly title: string;
  readonly openedAt: Date;
  readonly openedBy: string;
  readonly due: Date | null;
  readonly total: number;
  readonly decided: number;
}

interface ItemRow {
  readonly content: Omit<ReviewItem, 'decision'>;
  readonly verdict: NonNullable<ReviewItem['decision']>['verdict'] | null;
  readonly by: string;
  readonly at: Date;
  readonly note: string;
}

const reviewRows = `
  select r.id, r.title, r.opened_at as "openedAt", r.opened_by as "openedBy", r.due,
    (select count(*) from review_item i where i.review = r.id) as total,
    (select count(*) from review_decision d where d.review = r.id) as decided
  from review r`;

export function createReviewStore(database: Database): ReviewStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),

    async create(tx, { id, title, openedAt, openedBy, due }, items) {
      await tx.query('insert into review (id, title, opened_at, opened_by, due) values ($1, $2, $3, $4, $5)', [
        id,
        title,
        openedAt,
        openedBy,
        due,
      ]);
      await tx.query(
        `insert into review_item (review, id, ordinal, content)
         select $1, item.id, item.ordinal, item.content::json
         from unnest($2::text[], $3::integer[], $4::text[]) as item (id, ordinal, content)`,
        [
          id,
          items.map((item) => item.id),
          items.map((_, ordinal) => ordinal),
          items.map((item) => JSON.stringify(item)),
        ],
      );
    },

    async decide(tx, review, item, { verdict, by, at, note }) {
      // The campaign's row is the lock: of two last decisions one sees the other, and closes.
      await tx.query('select id from review where id = $1 for update', [review]);
      const made = await tx.query<{ item: string }>(
        `insert into review_decision (review, item, verdict, by, at, note)
         select review, id, $3, $4, $5, $6 from review_item where review = $1 and id = $2
         on conflict do nothing returning item`,
        [review, item, verdict, by, at, note],
      );
      return made.length === 1;
    },

    async get(id, tx: Queryable = database) {
      const [row] = await tx.query<ReviewRow>(`${reviewRows} where r.id = $1`, [id]);
      if (row === undefined) return null;
      const items = await tx.query<ItemRow>(
        `select i.content, d.verdict, d.by, d.at, d.note
         from review_item i left join review_decision d on d.review = i.review and d.item = i.id
         where i.review = $1 order by i.ordinal`,
        [id],
      );
      const { total: _, decided: __, ...review } = summary(row);
      return { ...review, items: items.map(itemOf) } satisfies Review;
    },

    async list() {
      const rows = await database.query<ReviewRow>(`${reviewRows} order by r.opened_at desc, r.id`);
      return rows.map(summary);
    },
  };
}

function summary({ id, title, openedAt, openedBy, due, total, decided }: ReviewRow): ReviewSummary {
  return {
    id,
    title,
    openedAt: openedAt.toISOString(),
    openedBy,
    due: due === null ? null : due.toISOString(),
    state: decided === total ? 'closed' : 'open',
    total,
    decided,
  };
}

function itemOf({ content, verdict, by, at, note }: ItemRow): ReviewItem {
  return { ...content, decision: verdict === null ? null : { verdict, by, at: at.toISOString(), note } };
}
