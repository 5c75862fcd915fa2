import { type ReviewItem, reviewVerdicts } from '@firebreak/contract/answers/reviews';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { reviewQuery, reviewsQuery } from '../../data/estate-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { SignOff } from '../../ui/sign-off.tsx';
import { Tag } from '../../ui/tag.tsx';
import classes from './review-page.module.css';

type Verdict = (typeof reviewVerdicts)[number];

const done: Readonly<Record<Verdict, string>> = { keep: 'kept', reduce: 'to be reduced', revoke: 'to be revoked' };
const verbs: Readonly<Record<Verdict, string>> = { keep: 'Keep', reduce: 'Reduce', revoke: 'Revoke' };
const few = 6;

/** One identity of a campaign: what it may do, what is known of its use, and the decision about it. */
export function ReviewItemCard({ reviewId, item }: { readonly reviewId: string; readonly item: ReviewItem }) {
  const mayDecide = may(usePrincipal(), 'approver');
  return (
    <article className={classes.item} aria-label={`${item.identity.kind} ${item.identity.name}`}>
      <header className={classes.head}>
        <h2>
          <NodeLink node={item.identity} />
        </h2>
        <span className="fb-quiet">
          {item.owner === null ? (
            'nobody stated an owner'
          ) : (
            <>
              owner <ForeignText text={item.owner} most={40} />
            </>
          )}
        </span>
        {item.reaches > 0 && <Tag tone="jewel">reaches {count(item.reaches, 'crown jewel')}</Tag>}
      </header>
      <p className={classes.evidence}>
        <ForeignText text={item.evidence} />
      </p>
      <Grants grants={item.grants} />
      {item.decision !== null ? (
        <div className={classes.decision}>
          <Tag tone={item.decision.verdict === 'keep' ? 'neutral' : 'warn'}>{done[item.decision.verdict]}</Tag>{' '}
          <span>
            by <ForeignText text={item.decision.by} most={60} />, <Moment at={item.decision.at} />
          </span>
          {item.decision.note !== '' && (
            <span className="fb-quiet">
              <ForeignText text={item.decision.note} />
            </span>
          )}
        </div>
      ) : (
        mayDecide && <Decide reviewId={reviewId} item={item} />
      )}
    </article>
  );
}

function Grants({ grants }: { readonly grants: readonly string[] }) {
  if (grants.length === 0) return <p className="fb-quiet">It is granted nothing that was read.</p>;
  const list = (those: readonly string[]) => (
    <ul className={classes.grants}>
      {those.map((grant) => (
        <li key={grant}>
          <ForeignText text={grant} mono most={140} />
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {list(grants.slice(0, few))}
      {grants.length > few && (
        <details>
          <summary>{grants.length - few} more grants</summary>
          {list(grants.slice(few, 500))}
        </details>
      )}
    </>
  );
}

function Decide({ reviewId, item }: { readonly reviewId: string; readonly item: ReviewItem }) {
  const client = useQueryClient();
  return (
    <SignOff
      verdicts={reviewVerdicts.map((value) => ({ value, label: verbs[value] }))}
      label={`Reason for ${item.identity.name}`}
      placeholder="Reason"
      sign={(verdict, note) =>
        call('decideReview', { params: { id: reviewId }, body: { item: item.id, verdict, note } })
      }
      onSigned={(review) => {
        client.setQueryData(reviewQuery(reviewId).queryKey, review);
        void client.invalidateQueries({ queryKey: reviewsQuery.queryKey, exact: true });
      }}
    />
  );
}
