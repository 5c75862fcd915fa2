/** The attacker against the responder: what each order of the steps is expected to lose, and what waiting costs. */
import type { Estimate, Race } from '@firebreak/contract/answers/race';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { raceQuery } from '../../data/planning-queries.ts';
import { planQuery } from '../../data/queries.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { PlanNav } from '../plan/plan-nav.tsx';
import { points, span } from '../plan-choice/option-words.ts';
import { Interval } from './interval.tsx';
import classes from './race-tab.module.css';
import { headline } from './race-words.ts';
import { scaleOf, spreadOf } from './scale.ts';

export function RaceTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/plan/race' });
  const plan = useQuery(planQuery(incidentId));
  const race = useQuery({ ...raceQuery(incidentId), enabled: plan.data != null });
  const failed = [plan, race].find((query) => query.isLoadingError);
  return (
    <div className="fb-stack">
      <PlanNav incidentId={incidentId} />
      {failed !== undefined && <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />}
      {plan.data === null && <Notice tone="info" title="There is no plan yet, and so no order of steps to race." />}
      {race.data !== undefined && <Outcome race={race.data} />}
      {failed === undefined && plan.data !== null && race.data === undefined && (
        <Skeleton height={420} radius={8} aria-busy="true" />
      )}
    </div>
  );
}

function Outcome({ race }: { readonly race: Race }) {
  const { runs, seed, region, assumptions } = race;
  return (
    <>
      <Notice tone="info" title={headline(race)}>
        <span className="fb-quiet">
          {runs.toLocaleString()} races over {region.nodes.toLocaleString()} nodes and {region.edges.toLocaleString()}{' '}
          attack steps; {region.goals.toLocaleString()} protected nodes are at stake, worth {points(region.value)}. Seed{' '}
          {seed}: asked again, it says the same.
        </span>
      </Notice>
      <Orders race={race} />
      <Approvals race={race} />
      <Panel title="What was drawn or assumed">
        <div className="fb-quiet">Numbers compare orders; they predict no incident.</div>
        <ul className={classes.assumptions}>
          {assumptions.map((line) => (
            <li key={line}>
              <ForeignText text={line} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

function Orders({ race: { orders } }: { readonly race: Race }) {
  const scale = spreadOf(orders.map(({ loss }) => loss));
  return (
    <Panel
      title="Expected loss by the order of the steps"
      aside="mean and 95 % interval, on a scale that begins at the least"
      flush
    >
      <Table
        label="Orders of the steps"
        head={['Order', 'Expected loss', '', 'Against the plan', 'Anything lost', 'Time']}
      >
        {orders.map((order, at) => (
          <tr key={order.name}>
            <th scope="row">
              <ForeignText text={order.name} /> {at === 0 && <Tag tone="info">this plan</Tag>}
              {order.breaks !== undefined && <Tag tone="danger">not allowed</Tag>}
              <div className={classes.why}>
                <ForeignText text={order.why} /> {order.breaks !== undefined && <ForeignText text={order.breaks} />}
              </div>
            </th>
            <td>
              <Interval
                of={order.loss}
                {...scale}
                tone={at === 0 ? 'own' : order.breaks === undefined ? 'other' : 'forbidden'}
              />
            </td>
            <td className={classes.number}>{withRange(order.loss, points)}</td>
            <td className={classes.number}>{at === 0 ? '–' : withRange(order.difference, signed)}</td>
            <td className={classes.number}>{(order.reached * 100).toFixed(1)} %</td>
            <td className={classes.number}>{span(order.seconds)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Approvals({ race: { approvals } }: { readonly race: Race }) {
  if (approvals.length === 0) return null;
  const scale = scaleOf(approvals.map(({ saves }) => saves));
  return (
    <Panel title="What waiting for an approval costs" aside="loss that is saved when it is given at once" flush>
      <Table label="Approvals" head={['Approval of', 'Saves', '', 'Typical wait']}>
        {approvals.map(({ step, title, waits, saves }) => (
          <tr key={step}>
            <th scope="row">
              <ForeignText text={title} most={160} />
            </th>
            <td>
              <Interval of={saves} {...scale} tone="other" />
            </td>
            <td className={classes.number}>{withRange(saves, points)}</td>
            <td className={classes.number}>{span(waits)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

interface TableProps {
  readonly label: string;
  /** An empty title shares the one before. */
  readonly head: readonly string[];
  readonly children: ReactNode;
}

function Table({ label, head, children }: TableProps) {
  return (
    <ShortTable label={label} className={classes.table}>
      <thead>
        <tr>
          {head.map((title, at) =>
            title === '' ? null : (
              <th key={title} scope="col" colSpan={head[at + 1] === '' ? 2 : 1}>
                {title}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </ShortTable>
  );
}

function withRange({ mean, low, high }: Estimate, told: (value: number) => string) {
  return (
    <>
      <strong>{told(mean)}</strong>{' '}
      <span className="fb-quiet">
        {told(low)} to {told(high)}
      </span>
    </>
  );
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${points(value)}`;
}
