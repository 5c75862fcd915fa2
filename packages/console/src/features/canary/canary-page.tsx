/** One canary: where it stands, what each look found and why, and each metric beside the baseline. */
import { type CanaryRun, canaryEnds } from '@firebreak/contract/canary';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { canaryQuery } from '../../data/canary-queries.ts';
import { call } from '../../data/client.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { LookTag } from '../../ui/tag.tsx';
import { shorten } from '../../ui/visible.ts';
import { ApprovalLine, Approve } from './approval.tsx';
import classes from './canary.module.css';
import { nextWords, stateWords } from './canary-words.ts';
import { LookList } from './look-list.tsx';
import { MetricCharts } from './metric-charts.tsx';
import { MoveList } from './move-list.tsx';
import { StageSteps } from './stage-steps.tsx';

export function CanaryPage() {
  const { canaryId } = useParams({ from: '/canaries/$canaryId' });
  const answer = useQuery({ ...canaryQuery(canaryId), refetchInterval: useFallbackInterval() });
  const run = answer.data;
  return (
    <>
      <PageHead
        title={run === undefined ? 'Canary' : shorten(run.name, 60)}
        heading={run === undefined ? 'Canary' : <ForeignText text={run.name} most={60} />}
        about={
          <>
            <Link to="/canaries">Canaries</Link>
            {run?.incident != null && (
              <>
                {' · '}
                <Link to="/incidents/$incidentId/recovery" params={{ incidentId: run.incident }}>
                  its incident
                </Link>
              </>
            )}
            {' · '}
            <ForeignText text={run?.about || 'a restored version that takes traffic step by step'} most={200} />
          </>
        }
      >
        {run !== undefined && (
          <>
            <Approve run={run} />
            <Stop run={run} />
          </>
        )}
      </PageHead>
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={720} radius={8} />}
      {run !== undefined && (
        <div className="fb-stack">
          <Panel title="Where it stands" aside={<Started run={run} />}>
            <p className={classes.standing} role="status">
              <LookTag look={stateWords[run.state]} />{' '}
              <strong>{run.percent === null ? 'Traffic unknown.' : `${run.percent} % of the traffic.`}</strong>{' '}
              <ForeignText text={run.why} most={600} />
              {nextWords[run.state] !== undefined && <strong> {nextWords[run.state]}</strong>}
            </p>
            <ApprovalLine run={run} />
            <StageSteps run={run} />
          </Panel>
          <div className={classes.columns}>
            <LookList run={run} />
            <div className="fb-stack">
              <MetricCharts run={run} />
              <MoveList moves={run.moves} />
            </div>
          </div>
        </div>
      )}
    </>
  );
}

function Started({ run }: { readonly run: CanaryRun }) {
  return (
    <span>
      started <Moment at={run.startedAt} /> by <ForeignText text={run.startedBy} most={40} />
      {run.endedAt !== null && (
        <>
          , ended <Moment at={run.endedAt} />
        </>
      )}
    </span>
  );
}

function Stop({ run }: { readonly run: CanaryRun }) {
  const mayStop = may(usePrincipal(), 'responder') && !canaryEnds.includes(run.state);
  const [asked, ask] = useState(false);
  return (
    <>
      {mayStop && (
        <Button color="red" variant="light" onClick={() => ask(true)}>
          Stop and roll back
        </Button>
      )}
      {asked && <StopDialog run={run} onClose={() => ask(false)} />}
    </>
  );
}

function StopDialog({ run, onClose }: { readonly run: CanaryRun; readonly onClose: () => void }) {
  return (
    <ReasonDialog
      title="Stop this canary"
      action="Take its traffic away"
      danger
      onClose={onClose}
      outdates={[['canaries']]}
      decide={(why) => call('stopCanary', { params: { id: run.id }, body: { why } })}
    >
      <p>All traffic goes back to the baseline, and the canary ends. Another one can be started.</p>
    </ReasonDialog>
  );
}
