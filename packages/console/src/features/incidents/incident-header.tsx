import type { Incident } from '@firebreak/contract/incident';
import { Button, Skeleton } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useShortcut } from '../../app/shortcuts.tsx';
import { useFallbackInterval } from '../../data/live.ts';
import { scopeQuery } from '../../data/planning-queries.ts';
import { blastQuery, estateQuery, executionQuery, planQuery } from '../../data/queries.ts';
import { usePrincipal } from '../../data/session.ts';
import { Figure } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useMakePlan } from '../plan/make-plan.ts';
import { scopeWords } from '../scope/scope-words.ts';
import classes from './incident-header.module.css';
import { StateTag } from './incident-state.tsx';
import { nextStep } from './next-step.ts';
import { reachOf } from './reach.ts';

interface IncidentHeaderProps {
  readonly incidentId: string;
  readonly incident: Incident | undefined;
}

/** State, what is compromised, what it reaches, and the one thing to do next. */
export function IncidentHeader({ incidentId, incident }: IncidentHeaderProps) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const principal = usePrincipal();
  const blast = useQuery(blastQuery(incidentId));
  const execution = useQuery({ ...executionQuery(incidentId), refetchInterval: useFallbackInterval() });
  const plan = useQuery({ ...planQuery(incidentId), enabled: incident !== undefined && incident.planDigest !== null });
  const estate = useQuery(estateQuery);
  const makePlan = useMakePlan(incidentId);
  const next = incident === undefined ? undefined : nextStep(incident, plan.data, execution.data, principal);
  const act = () => {
    if (next === undefined || makePlan.isPending) return;
    const params = { incidentId };
    if (next.act === 'make-plan') makePlan.mutate();
    else if (next.act === 'open-evidence') void navigate({ to: '/incidents/$incidentId/evidence', params });
    // Review first: only from the plan itself does it lead on to the approval.
    else if (next.act === 'approve' && pathname.endsWith('/plan')) {
      void navigate({ to: '/incidents/$incidentId/plan', params, search: { approve: true } });
    } else void navigate({ to: '/incidents/$incidentId/plan', params });
  };
  useShortcut('n', 'Do the next thing of this incident', act);
  const reach = reachOf(blast.data, execution.data, estate.data?.collectedAt);

  return (
    <header className={classes.header}>
      <div className={classes.what}>
        <div className={classes.trail}>
          <Link to="/incidents">Incidents</Link>
          <span aria-hidden>/</span>
          <ForeignText text={incidentId} mono />
          {incident !== undefined && (
            <>
              <StateTag state={incident.state} />
              <span className={classes.opened}>
                opened <Moment at={incident.openedAt} /> by <ForeignText text={incident.openedBy} most={40} />
              </span>
            </>
          )}
        </div>
        <h1 className={classes.title}>
          {incident === undefined ? (
            <Skeleton height={22} width={420} maw="100%" my={3} />
          ) : (
            <ForeignText text={incident.title} most={160} />
          )}
        </h1>
        <div className={classes.note}>
          {incident === undefined ? (
            <Skeleton height={12} width={300} maw="100%" my={5} />
          ) : (
            <ForeignText text={incident.note} most={240} />
          )}
        </div>
      </div>
      <dl className={classes.figures}>
        <Figure
          label="Compromised"
          tone="danger"
          value={incident?.compromised.length ?? '–'}
          hint={<CompromisedNames ids={incident?.compromised ?? []} />}
        />
        <Figure label={reach.label} tone={reach.tone} value={reach.value} hint={reach.hint} />
        <ScopeFigure incidentId={incidentId} />
      </dl>
      <div className={classes.next}>
        <Button
          fullWidth
          loading={makePlan.isPending}
          disabled={next === undefined}
          rightSection={<IconArrowRight size={16} />}
          onClick={act}
        >
          {next?.label ?? 'Next'}
        </Button>
        <div className={classes.why}>{next?.why}</div>
      </div>
      {makePlan.error !== null && (
        <div className={classes.problem}>
          <ProblemNotice error={makePlan.error} onRetry={() => makePlan.mutate()} />
        </div>
      )}
    </header>
  );
}

function ScopeFigure({ incidentId }: { readonly incidentId: string }) {
  const { data: scope } = useQuery(scopeQuery(incidentId));
  const words = scope === undefined ? undefined : scopeWords(scope.answer);
  return (
    <Figure
      label="Scope"
      tone={words?.tone ?? 'neutral'}
      value={words?.short ?? '–'}
      hint={
        <Link to="/incidents/$incidentId/scope" params={{ incidentId }} resetScroll={false}>
          {scope === undefined || scope.frontierCount === 0
            ? 'How far it goes'
            : `${scope.frontierCount} unknown ahead`}
        </Link>
      }
    />
  );
}

function CompromisedNames({ ids }: { readonly ids: readonly string[] }) {
  const [first, ...others] = ids;
  if (first === undefined) return <>&nbsp;</>;
  return (
    <span title={ids.join('\n')}>
      <ForeignText text={nameIn(first)} most={others.length > 0 ? 19 : 28} mono />
      {others.length > 0 && ` and ${others.length} more`}
    </span>
  );
}

/** An id without system and kind: namespace and name. */
function nameIn(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
