import type { Execution } from '@firebreak/contract/incident';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../data/client.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { executionQuery, incidentQuery, planQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ownExecution } from './approval.ts';
import { Certificate } from './certificate.tsx';
import { ExecutionPanel } from './execution-panel.tsx';
import { useMakePlan } from './make-plan.ts';
import { PlanActions } from './plan-actions.tsx';
import { PlanNav } from './plan-nav.tsx';
import { PlanSteps } from './plan-steps.tsx';
import classes from './plan-tab.module.css';
import { progressOf } from './step-progress.ts';
import { StepRow } from './step-row.tsx';
import { Uncut } from './uncut.tsx';
import { Verdict } from './verdict.tsx';

/** The plan, what became of it, and the way back. */
export function PlanTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/plan' });
  const incident = useQuery(incidentQuery(incidentId));
  const plan = useQuery(planQuery(incidentId));
  const execution = useQuery({ ...executionQuery(incidentId), refetchInterval: useFallbackInterval() });
  const failed = [plan, execution, incident].find((query) => query.isLoadingError);
  const dryRun = useMutation({ mutationFn: (_digest: string) => call('dryRun', { params: { id: incidentId } }) });
  if (failed !== undefined) {
    return <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  if (plan.data === undefined || execution.data === undefined || incident.data === undefined) return <PlanSkeleton />;
  if (plan.data === null) return <NoPlan incidentId={incidentId} />;
  const own = ownExecution(incident.data, plan.data, execution.data);
  // A dry-run belongs to the plan that it was made of.
  const { digest } = plan.data;
  const preview = dryRun.variables === digest ? dryRun.data : undefined;
  const earlier = own === null ? execution.data : null;
  return (
    <div className="fb-stack">
      <PlanNav incidentId={incidentId} />
      <LimitedNotice
        completeness={plan.data.completeness}
        meaning="the plan is proven for what was read, and something could not be read."
      />
      {own !== null && <ExecutionPanel execution={own} />}
      <Verdict plan={plan.data}>
        <PlanActions
          incident={incident.data}
          plan={plan.data}
          own={own}
          latest={execution.data}
          onDryRun={() => dryRun.mutate(digest)}
          dryRunning={dryRun.isPending}
        />
      </Verdict>
      {dryRun.error !== null && <ProblemNotice error={dryRun.error} onRetry={() => dryRun.mutate(digest)} />}
      {earlier !== null && <EarlierExecution execution={earlier} />}
      <div className={classes.columns}>
        <PlanSteps incidentId={incidentId} plan={plan.data} execution={own} dryRun={preview} />
        <div className="fb-stack">
          <Certificate incidentId={incidentId} plan={plan.data} />
          <Uncut plan={plan.data} />
        </div>
      </div>
    </div>
  );
}

/** What ran before the present plan was made. It still counts: what it did stands until it is undone. */
function EarlierExecution({ execution }: { readonly execution: Execution }) {
  return (
    <Notice tone="info" title={`Before this plan: ${progressOf(execution).title.toLowerCase()}`}>
      <details>
        <summary>{count(execution.steps.length, 'step')}</summary>
        <ol className={classes.earlier}>
          {execution.steps.map((step) => (
            <StepRow key={step.ordinal} step={undefined} run={step} preview={undefined} />
          ))}
        </ol>
      </details>
    </Notice>
  );
}

function NoPlan({ incidentId }: { readonly incidentId: string }) {
  const principal = usePrincipal();
  const make = useMakePlan(incidentId);
  return (
    <div className="fb-stack">
      <Notice tone="info" title="There is no plan yet.">
        <p className={classes.plain}>
          Firebreak looks for the cheapest set of reversible steps after which nothing protected can be reached, and
          proves it. Making a plan changes nothing.
        </p>
        {may(principal, 'responder') && (
          <div>
            <Button loading={make.isPending} onClick={() => make.mutate()}>
              Make a plan
            </Button>
          </div>
        )}
      </Notice>
      {make.error !== null && <ProblemNotice error={make.error} onRetry={() => make.mutate()} />}
    </div>
  );
}

function PlanSkeleton() {
  return (
    <div className="fb-stack" aria-busy="true">
      <Skeleton height={150} radius={8} />
      <div className={classes.columns}>
        <Skeleton height={520} radius={8} />
        <Skeleton height={320} radius={8} />
      </div>
    </div>
  );
}
