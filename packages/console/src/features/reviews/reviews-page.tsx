import type { ReviewSummary } from '@firebreak/contract/answers/reviews';
import { Button, Skeleton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { reviewsQuery } from '../../data/estate-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { Tag } from '../../ui/tag.tsx';
import { OpenReviewDialog } from './open-review-dialog.tsx';
import { ReviewProgress } from './review-progress.tsx';
import { ReviewsNav } from './reviews-nav.tsx';
import classes from './reviews-page.module.css';

/** Campaigns in which somebody signs off what each identity may do. */
export function ReviewsPage() {
  const answer = useQuery(reviewsQuery);
  const mayOpen = may(usePrincipal(), 'responder');
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <PageHead title="Reviews" about="Somebody signs off what each identity may do; every decision is in the ledger.">
        {mayOpen && (
          <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
            Open campaign
          </Button>
        )}
      </PageHead>
      <ReviewsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={260} radius={8} />}
      {answer.data !== undefined && (
        <div className={classes.frame}>
          {answer.data.reviews.length === 0 ? (
            <Empty title="No campaign yet.">
              Open one over the identities of a system, an owner or all; each is listed with what it is granted and what
              is known of its use, to be kept, reduced or revoked.
            </Empty>
          ) : (
            <Rows columns="112px minmax(0, 1fr) 220px">
              {answer.data.reviews.map((review) => (
                <Campaign key={review.id} review={review} />
              ))}
            </Rows>
          )}
        </div>
      )}
      {opened && <OpenReviewDialog onClose={dialog.close} />}
    </>
  );
}

function Campaign({ review }: { readonly review: ReviewSummary }) {
  return (
    <li>
      <Tag tone={review.state === 'closed' ? 'good' : 'info'}>{review.state === 'closed' ? 'Signed off' : 'Open'}</Tag>
      <div>
        <Link to="/reviews/$reviewId" params={{ reviewId: review.id }} className={classes.title}>
          <ForeignText text={review.title} most={120} />
        </Link>
        <div className="fb-quiet">
          opened <Moment at={review.openedAt} /> by <ForeignText text={review.openedBy} most={40} />
          {review.due !== null && (
            <>
              , due <Moment at={review.due} />
            </>
          )}
        </div>
      </div>
      <ReviewProgress total={review.total} decided={review.decided} />
    </li>
  );
}
