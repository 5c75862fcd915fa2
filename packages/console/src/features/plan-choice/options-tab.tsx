/**
 * What else could be done: every variant with its risk, outage and time. Pins and bans plan all of them again at once;
 * nothing is recorded until one of them is made the plan.
 */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { planChoiceQuery } from '../../data/planning-queries.ts';
import { planQuery } from '../../data/queries.ts';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PlanNav } from '../plan/plan-nav.tsx';
import { ChoiceChart } from './choice-chart.tsx';
import { ChoiceTable } from './choice-table.tsx';
import classes from './options-tab.module.css';
import { PickedOption } from './picked-option.tsx';
import { useWish } from './wish.ts';
import { WishList } from './wish-list.tsx';

export function OptionsTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/plan/options' });
  const { wish } = useWish();
  const choice = useQuery(planChoiceQuery(incidentId, wish));
  const plan = useQuery(planQuery(incidentId));
  const [name, setName] = useState<string>();
  const options = choice.data?.options ?? [];
  const current = plan.data?.variant ?? 'cheapest';
  const picked =
    options.find((option) => option.name === name) ??
    options.find((option) => option.name === current) ??
    options.find((option) => option.plan !== undefined);
  const titles = new Map(
    [...(plan.data?.steps ?? []), ...options.flatMap((option) => option.plan?.steps ?? [])].map((step) => [
      step.lever.key,
      step.title,
    ]),
  );
  return (
    <div className={classes.tab}>
      <PlanNav incidentId={incidentId} />
      <WishList titleOf={(lever) => titles.get(lever) ?? lever} />
      {choice.error !== null && <ProblemNotice error={choice.error} onRetry={() => void choice.refetch()} />}
      {choice.error === null && choice.data !== undefined && (
        <div className={classes.tab} aria-busy={choice.isPlaceholderData} data-stale={choice.isPlaceholderData}>
          <LimitedNotice
            completeness={choice.data.completeness}
            meaning="every option is measured for what was read."
          />
          <div className={classes.columns}>
            <Panel title="Risk against outage" aside="filled: nothing beats it · the larger, the longer">
              <ChoiceChart options={options} picked={picked?.name ?? ''} onPick={setName} />
            </Panel>
            <Panel title="Options" flush>
              <ChoiceTable options={options} picked={picked?.name ?? ''} onPick={setName} />
            </Panel>
          </div>
          {picked !== undefined && (
            <PickedOption incidentId={incidentId} option={picked} settled={!choice.isPlaceholderData} />
          )}
        </div>
      )}
      {choice.isPending && (
        <div className={classes.columns} aria-busy="true">
          <Skeleton height={400} radius={8} />
          <Skeleton height={400} radius={8} />
        </div>
      )}
    </div>
  );
}
