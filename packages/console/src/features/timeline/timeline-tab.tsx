/** What happened, what saw it, and what we did, in one order of time. */
import { type TimelineKind, timelineKinds } from '@firebreak/contract/answers/timeline';
import { Button, Chip, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { timelineQuery } from '../../data/detection-queries.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { Empty } from '../../ui/empty.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { MomentRow } from './moment-card.tsx';
import { kindWords, lanes, together } from './timeline-search.ts';
import classes from './timeline-tab.module.css';

export function TimelineTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/timeline' });
  const { kind } = useSearch({ from: '/incidents/$incidentId/timeline' });
  const answer = useInfiniteQuery({ ...timelineQuery(incidentId, kind), refetchInterval: useFallbackInterval() });
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  const [first] = answer.data?.pages ?? [];
  if (first === undefined) return <Skeleton height={640} radius={8} aria-busy="true" />;
  const moments = answer.data?.pages.flatMap((page) => page.moments) ?? [];
  const all = Object.values(first.byKind).reduce((sum, number) => sum + number, 0);
  return (
    <div className="fb-stack">
      <LimitedNotice completeness={first.completeness} meaning="there is more that happened than is shown." />
      <Kinds byKind={first.byKind} all={all} />
      <Panel
        title="Timeline"
        aside={
          <span role="status">
            {moments.length.toLocaleString()} of{' '}
            {(kind === undefined ? all : (first.byKind[kind] ?? 0)).toLocaleString()} moments
          </span>
        }
        flush
      >
        <div className={classes.heads} aria-hidden>
          <span />
          {lanes.map(({ title }) => (
            <span key={title}>{title}</span>
          ))}
        </div>
        {moments.length === 0 ? (
          <Empty title="No moment of this kind.">
            What nobody logged is not here: the intake page says which logs come in.
          </Empty>
        ) : (
          <ol className={classes.moments}>
            {together(moments).map((row) => (
              <MomentRow key={row.lanes[0]?.moments[0]?.id} row={row} />
            ))}
          </ol>
        )}
        {answer.hasNextPage && (
          <div className={classes.more}>
            <Button variant="default" loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
              Show what came after
            </Button>
          </div>
        )}
      </Panel>
    </div>
  );
}

function Kinds({ byKind, all }: { readonly byKind: Partial<Record<TimelineKind, number>>; readonly all: number }) {
  const { kind } = useSearch({ from: '/incidents/$incidentId/timeline' });
  const navigate = useNavigate({ from: '/incidents/$incidentId/timeline' });
  const show = (next: string) =>
    void navigate({
      search: ({ without }) => {
        const known = timelineKinds.find((each) => each === next);
        return { without, ...(known === undefined ? {} : { kind: known }) };
      },
      replace: true,
      resetScroll: false,
    });
  return (
    <Chip.Group multiple={false} value={kind ?? ''} onChange={show}>
      <fieldset className={classes.kinds}>
        <legend>Only</legend>
        <Chip size="xs" value="">
          All {all.toLocaleString()}
        </Chip>
        {timelineKinds.map((each) => (
          <Chip key={each} size="xs" value={each} disabled={(byKind[each] ?? 0) === 0 && kind !== each}>
            {kindWords[each]} {(byKind[each] ?? 0).toLocaleString()}
          </Chip>
        ))}
      </fieldset>
    </Chip.Group>
  );
}
