/** One canary: where it stands, what each look found and why, and each metric beside the baseline. */
import { type CanaryRun, canaryEnds } from '@firebreak/contract/canary';
import { Button, Skeleton, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { canaryQuery } from '../../data/canary-queries.ts';
import { call } from '../../data/client.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { shorten } from '../../ui/visible.ts';
import classes from './canary.module.css';
import { stateWords } from './canary-words.ts';
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
          run !== undefined && run.about !== '' ? (
            <ForeignText text={run.about} most={200} />
          ) : (
            'A restored version that takes traffic step by step.'
          )
        }
      >
        {run !== undefined && <Stop run={run} />}
      </PageHead>
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={720} radius={8} />}
      {run !== undefined && (
        <div className={classes.page}>
          <Panel title="Where it stands" aside={<Started run={run} />}>
            <p className={classes.standing} role="status">
              <Tag tone={stateWords[run.state].tone}>{stateWords[run.state].word}</Tag>{' '}
              <strong>{run.percent === null ? 'Traffic unknown.' : `${run.percent} % of the traffic.`}</strong>{' '}
              <ForeignText text={run.why} most={600} />
            </p>
            <StageSteps run={run} />
          </Panel>
          <div className={classes.columns}>
            <LookList run={run} />
            <div className={classes.page}>
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
  const [why, setWhy] = useState('');
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => call('stopCanary', { params: { id: run.id }, body: { why: why.trim() } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['canaries'] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Stop this canary"
      action="Take its traffic away"
      danger
      disabled={why.trim() === ''}
      busy={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onConfirm={() => stop.mutate()}
    >
      <p>All traffic goes back to the baseline, and the canary ends. Another one can be started.</p>
      <Textarea label="Why" autosize minRows={2} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
    </ConfirmDialog>
  );
}
