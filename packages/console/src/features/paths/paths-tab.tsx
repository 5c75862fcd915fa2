import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { pathsQuery } from '../../data/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PathCard } from './path-card.tsx';
import { pathText } from './path-text.ts';
import classes from './paths-tab.module.css';

/** The best attack paths, to everything protected or to one goal. */
export function PathsTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/paths' });
  const { goal } = useSearch({ from: '/incidents/$incidentId/paths' });
  const answer = useQuery(pathsQuery(incidentId, goal));
  const [allOpen, setAllOpen] = useState(false);
  if (answer.isLoadingError) {
    return (
      <div className={classes.tab}>
        {goal !== undefined && <GoalLine incidentId={incidentId} goal={goal} />}
        <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />
      </div>
    );
  }
  const paths = answer.data?.paths;
  return (
    <div className={classes.tab} aria-busy={paths === undefined}>
      {answer.data !== undefined && (
        <LimitedNotice completeness={answer.data.completeness} meaning="there may be more paths than are shown." />
      )}
      {goal !== undefined && <GoalLine incidentId={incidentId} goal={goal} />}
      <div className={classes.bar}>
        <span className="fb-quiet">{paths === undefined ? 'Searching…' : pathsFound(paths.length)}</span>
        {paths !== undefined && paths.length > 0 && (
          <span className={classes.actions}>
            <Button size="compact-sm" variant="subtle" onClick={() => setAllOpen(!allOpen)}>
              {allOpen ? 'Close all steps' : 'Open all steps'}
            </Button>
            <CopyButton label="Copy all as text" text={() => paths.map(pathText).join('\n\n')} />
          </span>
        )}
      </div>
      {paths === undefined && [0, 1, 2].map((key) => <Skeleton key={key} height={164} radius={8} />)}
      {paths?.length === 0 && (
        <Notice
          tone={answer.data?.completeness.answer === 'limited' ? 'warn' : 'info'}
          title="No attack path was found."
        >
          {answer.data?.completeness.answer === 'limited'
            ? 'That is no proof: something could not be read (see above).'
            : 'From what was read, what is compromised reaches nothing that is asked for here.'}
        </Notice>
      )}
      {paths?.map((path, index) => (
        // Paths have no identity; the same goal may come several times.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <PathCard key={`${path.goal.id} ${index}`} path={path} allOpen={allOpen} />
      ))}
    </div>
  );
}

function GoalLine({ incidentId, goal }: { readonly incidentId: string; readonly goal: string }) {
  return (
    <div className={classes.goal}>
      Only paths to <ForeignText text={goal} mono most={120} />
      <Link to="/incidents/$incidentId/paths" params={{ incidentId }} search={{}}>
        Show all paths
      </Link>
    </div>
  );
}

function pathsFound(count: number): string {
  return count === 1 ? '1 path' : `${count} paths, worst first`;
}
