import { type BreakGlass, breakGlassVerdicts } from '@firebreak/contract/answers/approvals';
import { Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { breakGlassesQuery } from '../../data/approval-queries.ts';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { SignOff } from '../../ui/sign-off.tsx';
import { Tag } from '../../ui/tag.tsx';
import { ReviewsNav } from '../reviews/reviews-nav.tsx';
import classes from './break-glass-page.module.css';

type Verdict = (typeof breakGlassVerdicts)[number];
const words: Readonly<Record<Verdict, string>> = { justified: 'Justified', 'not-justified': 'Not justified' };

/** Approvals against the policy: who, why, what the policy said, and what somebody else says to it. */
export function BreakGlassPage() {
  const answer = useQuery(breakGlassesQuery);
  return (
    <>
      <PageHead
        title="Break-glass"
        about="Approvals that the policy did not permit. Each is signed off by somebody else; that stands."
      />
      <ReviewsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={260} radius={8} />}
      {answer.data?.length === 0 && (
        <Empty title="Nobody has broken glass.">Every approval so far was one that the policy permits.</Empty>
      )}
      <div className="fb-stack">
        {answer.data?.map((glass) => (
          <BreakGlassCard key={glass.id} glass={glass} />
        ))}
      </div>
    </>
  );
}

function BreakGlassCard({ glass }: { readonly glass: BreakGlass }) {
  const principal = usePrincipal();
  const own = principal?.name.toLowerCase() === glass.by.toLowerCase();
  const { review } = glass;
  return (
    <article className={classes.card} data-open={review === null} aria-label={`Break-glass by ${glass.by}`}>
      <header className={classes.head}>
        <h2>
          <ForeignText text={glass.by} most={60} /> <span className="fb-quiet">({glass.role})</span>
        </h2>
        <Moment at={glass.at} />
        <Link to="/incidents/$incidentId/plan" params={{ incidentId: glass.incident }}>
          <ForeignText text={glass.incident} mono />
        </Link>
        <span className="fb-quiet">
          steps {glass.steps.join(', ')} of plan <code>{glass.planDigest.slice(0, 12)}</code>
        </span>
      </header>
      <p>
        “<ForeignText text={glass.reason} />”
      </p>
      <ul className={classes.refused} aria-label="What the policy said">
        {glass.refused.map((why) => (
          <li key={why}>
            <ForeignText text={why} />
          </li>
        ))}
      </ul>
      {review !== null ? (
        <div className={classes.review}>
          <Tag tone={review.verdict === 'justified' ? 'neutral' : 'danger'}>{words[review.verdict]}</Tag>
          <span>
            says <ForeignText text={review.by} most={60} />, <Moment at={review.at} />
          </span>
          <span className="fb-quiet">
            <ForeignText text={review.note} />
          </span>
        </div>
      ) : own ? (
        <p className="fb-quiet">Somebody else has to sign it off: nobody reviews their own.</p>
      ) : (
        may(principal, 'approver') && <Decide glass={glass} />
      )}
    </article>
  );
}

function Decide({ glass }: { readonly glass: BreakGlass }) {
  const client = useQueryClient();
  return (
    <SignOff
      verdicts={breakGlassVerdicts.map((value) => ({ value, label: words[value] }))}
      label={`What you say to the break-glass of ${glass.by}`}
      placeholder="Why"
      sign={(verdict, note) => call('reviewBreakGlass', { params: { id: glass.id }, body: { verdict, note } })}
      onSigned={() => void client.invalidateQueries({ queryKey: breakGlassesQuery.queryKey })}
    />
  );
}
