import type { Review } from '@firebreak/contract/answers/reviews';
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { reviewQuery } from '../../data/estate-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { ReviewItemCard } from './review-item.tsx';
import classes from './review-page.module.css';
import { ReviewProgress } from './review-progress.tsx';
import { ReviewsNav } from './reviews-nav.tsx';

/** One campaign: its identities, to be kept, reduced or revoked with a reason. */
export function ReviewPage() {
  const { reviewId } = useParams({ from: '/reviews/$reviewId' });
  const answer = useQuery(reviewQuery(reviewId));
  const review = answer.data;
  return (
    <>
      <PageHead
        title={review?.title ?? 'Review'}
        heading={<ForeignText text={review?.title ?? 'Review'} most={140} />}
        about={
          review && (
            <>
              opened <Moment at={review.openedAt} /> by <ForeignText text={review.openedBy} most={40} />
              {review.due !== null && (
                <>
                  , due <Moment at={review.due} />
                </>
              )}
            </>
          )
        }
      >
        {review !== undefined && (
          <ReviewProgress
            total={review.items.length}
            decided={review.items.filter(({ decision }) => decision !== null).length}
          />
        )}
      </PageHead>
      <ReviewsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={420} radius={8} />}
      {review !== undefined && <Items review={review} />}
    </>
  );
}

const step = 30;

function Items({ review }: { readonly review: Review }) {
  const [view, setView] = useState<'open' | 'all'>('open');
  const [most, setMost] = useState(step);
  const open = review.items.filter(({ decision }) => decision === null);
  const shown = view === 'open' && review.state === 'open' ? open : review.items;
  return (
    <div className="fb-stack">
      {review.state === 'closed' ? (
        <Notice tone="good" title="Signed off: every identity is decided.">
          Each decision is an entry of the ledger. What is to be reduced or revoked is for its owner to do: see the
          diffs under “Granted and used”.
        </Notice>
      ) : (
        <SegmentedControl
          className={classes.view ?? ''}
          size="xs"
          aria-label="Show"
          value={view}
          onChange={(value) => setView(value === 'all' ? 'all' : 'open')}
          data={[
            { value: 'open', label: `To decide (${open.length})` },
            { value: 'all', label: `All (${review.items.length})` },
          ]}
        />
      )}
      {review.items.length === 0 && (
        <Empty title="The query meant no identity.">Open another campaign with a wider one.</Empty>
      )}
      {shown.slice(0, most).map((item) => (
        <ReviewItemCard key={item.id} reviewId={review.id} item={item} />
      ))}
      <ShowMore left={shown.length - most} onMore={() => setMost(most + step)} />
    </div>
  );
}
