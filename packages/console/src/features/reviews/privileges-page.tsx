import type { PrivilegeRow, Privileges } from '@firebreak/contract/answers/privileges';
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { privilegesQuery } from '../../data/estate-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { PrivilegeCard } from './privilege-card.tsx';
import classes from './review-page.module.css';
import { ReviewsNav } from './reviews-nav.tsx';

/** What each identity is granted and what of it was used, with the change that would take the rest away. */
export function PrivilegesPage() {
  const answer = useQuery(privilegesQuery);
  return (
    <>
      <PageHead
        title="Granted and used"
        about="What each identity may do, what of it was used, and the change that would take the rest away."
        completeness={answer.data?.completeness}
      />
      <ReviewsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data !== undefined && <Known answer={answer.data} />}
    </>
  );
}

const verdicts = [
  { value: 'over-granted', label: 'Over-granted', count: 'overGranted' },
  { value: 'unused', label: 'Unused', count: 'unused' },
  { value: 'cannot-tell', label: 'Cannot tell', count: 'cannotTell' },
] as const;

type View = PrivilegeRow['verdict'] | 'all';

const step = 30;

function Known({ answer }: { readonly answer: Privileges }) {
  if (answer.identities.length > 0) return <Grants answer={answer} />;
  return (
    <Empty title="No grant was read that use could be compared with.">
      Read a system that grants and keeps record of use: a cluster (<code>--from kubernetes:</code>) or an account (
      <code>--from aws:</code>).
    </Empty>
  );
}

function Grants({ answer: { identities, counts, evidence } }: { readonly answer: Privileges }) {
  const [view, setView] = useState<View>('all');
  const [most, setMost] = useState(step);
  const shown = view === 'all' ? identities : identities.filter(({ verdict }) => verdict === view);
  return (
    <div className="fb-stack">
      <Evidence evidence={evidence} />
      <SegmentedControl
        className={classes.view ?? ''}
        size="xs"
        aria-label="Show"
        value={view}
        onChange={(value) => {
          setView(verdicts.find((known) => known.value === value)?.value ?? 'all');
          setMost(step);
        }}
        data={[
          { value: 'all', label: `All (${counts.identities})` },
          ...verdicts.map(({ value, label, count }) => ({ value, label: `${label} (${counts[count]})` })),
        ]}
      />
      {shown.length === 0 && <Empty title="No identity is like this.">Choose another verdict above.</Empty>}
      {shown.slice(0, most).map((row) => (
        <PrivilegeCard key={row.id} row={row} />
      ))}
      <ShowMore left={shown.length - most} onMore={() => setMost(most + step)} />
    </div>
  );
}

function Evidence({ evidence }: Pick<Privileges, 'evidence'>) {
  if (evidence.length === 0) {
    return (
      <Notice tone="info" title="No record of use was read, so nothing can be called unused.">
        Read audit logs or last-access reports together with the estate, and what was never used is told here.
      </Notice>
    );
  }
  return (
    <p className="fb-quiet">
      Use is known from{' '}
      {evidence.map(({ source, from, to, events }, index) => (
        <span key={`${source} ${from ?? ''} ${to ?? ''}`}>
          {index > 0 && '; '}
          <ForeignText text={source} mono most={80} /> ({events.toLocaleString()} events
          {from !== undefined && (
            <>
              {' '}
              from <Moment at={from} />
            </>
          )}
          {to !== undefined && (
            <>
              {' '}
              to <Moment at={to} />
            </>
          )}
          )
        </span>
      ))}
    </p>
  );
}
