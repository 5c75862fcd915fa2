import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../data/client.ts';
import { incidentQuery, planQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { verdictWords } from '../plan/plan-words.ts';
import { type Option, optionName } from './option-words.ts';
import classes from './options-tab.module.css';
import { WishedSteps } from './wished-steps.tsx';

interface PickedOptionProps {
  readonly incidentId: string;
  readonly option: Option;
  /** False while the options are those of the wish before. */
  readonly settled: boolean;
}

/** The steps of one option, and what stays open after it; the one button makes it the incident's plan. */
export function PickedOption({ incidentId, option, settled }: PickedOptionProps) {
  const incident = useQuery(incidentQuery(incidentId));
  const principal = usePrincipal();
  const state = incident.data?.state;
  const mayReplan =
    may(principal, 'responder') && state !== 'containing' && state !== 'recovering' && state !== 'undoing';
  const use = useMakeThePlan(incidentId);
  const { plan } = option;
  return (
    <Panel
      title={optionName(option.name)}
      aside={
        plan !== undefined && mayReplan ? (
          <Button size="compact-sm" disabled={!settled} loading={use.isPending} onClick={() => use.mutate(option)}>
            Make this the plan
          </Button>
        ) : undefined
      }
      flush
    >
      {plan === undefined ? (
        <div className={classes.about}>
          <p className={classes.words}>
            <ForeignText text={option.why} />
          </p>
        </div>
      ) : (
        <>
          <div className={classes.about}>
            {use.error !== null && <ProblemNotice error={use.error} />}
            <p className={classes.words}>
              <strong>{verdictWords(plan).title}</strong> {count(plan.steps.length, 'step')},{' '}
              {count(plan.steps.filter(({ drastic }) => drastic).length, 'of them is drastic', 'of them are drastic')}.
              A new plan has a new digest: approvals of the present one do not count for it.
            </p>
            {plan.uncut.length > 0 && (
              <ul className={classes.left} aria-label="Stays reachable">
                {plan.uncut.map(({ path, missing }) => (
                  <li key={path.goal.id}>
                    <NodeName node={path.goal} /> stays reachable: <ForeignText text={missing} />
                  </li>
                ))}
              </ul>
            )}
          </div>
          <WishedSteps label={`Steps of ${optionName(option.name)}`} steps={plan.steps} />
        </>
      )}
    </Panel>
  );
}

/** Plans again on a fresh collect as the option was planned, and shows the new plan. */
function useMakeThePlan(incidentId: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ plan }: Option) =>
      call('replan', {
        params: { id: incidentId },
        body: { variant: plan?.variant ?? 'cheapest', pin: plan?.pinned ?? [], forbid: plan?.forbidden ?? [] },
      }),
    onSuccess: (plan) => {
      client.setQueryData(planQuery(incidentId).queryKey, plan);
      void client.invalidateQueries({ queryKey: ['incident', incidentId] });
      void navigate({ to: '/incidents/$incidentId/plan', params: { incidentId } });
    },
  });
}
