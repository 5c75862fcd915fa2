/** Models as their teams measure them: what changed, when, and what else happened at that time. */
import type { Telemetry } from '@firebreak/contract/answers/telemetry';
import { NativeSelect, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { telemetryQuery } from '../../data/detection-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { shorten, visible } from '../../ui/visible.ts';
import { DetectionNav } from '../detections/detection-nav.tsx';
import { DriftList } from './drift-list.tsx';
import { tellingMetric } from './metric-series.ts';
import { MetricView } from './metric-view.tsx';
import classes from './telemetry-page.module.css';

const everyMs = 10_000;

export function TelemetryPage() {
  const answer = useQuery({ ...telemetryQuery, refetchInterval: everyMs });
  return (
    <>
      <PageHead
        title="Model telemetry"
        about="What each model does, as its own team measures it, and when it changed."
        completeness={answer.data?.completeness}
      />
      <DetectionNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={720} radius={8} />}
      {answer.data !== undefined && <TelemetryView telemetry={answer.data} />}
    </>
  );
}

function TelemetryView({ telemetry }: { readonly telemetry: Telemetry }) {
  const [chosen, choose] = useState<string | null>(null);
  const drifting = telemetry.models.find(({ drifts }) => drifts.some(({ ended }) => ended === null));
  const model = telemetry.models.find((each) => each.model === chosen) ?? drifting ?? telemetry.models[0];
  return (
    <div className="fb-stack">
      {telemetry.forgotten.length > 0 && (
        <Notice tone="warn" title="Something was forgotten for want of room.">
          {telemetry.forgotten.map((words) => (
            <div key={words}>
              <ForeignText text={words} most={300} />
            </div>
          ))}
        </Notice>
      )}
      {model === undefined ? (
        <Panel title="Models" flush>
          <Empty title="No model sends telemetry.">
            Its team sends predictions, scores, features or latencies in batches, to <code>POST /api/telemetry</code>.
            Until then nobody can say whether a model has changed.
          </Empty>
        </Panel>
      ) : (
        <>
          <NativeSelect
            label="Model"
            className={classes.select ?? ''}
            value={model.model}
            onChange={(event) => choose(event.currentTarget.value)}
            data={telemetry.models.map(({ model: name, drifts }) => ({
              value: name,
              label: `${visible(shorten(name, 80))}${drifts.some(({ ended }) => ended === null) ? ', drifting' : ''}`,
            }))}
          />
          <ModelView key={model.model} model={model} />
        </>
      )}
      <Clients telemetry={telemetry} />
    </div>
  );
}

type Model = Telemetry['models'][number];

function ModelView({ model }: { readonly model: Model }) {
  const metrics = model.groups.flatMap((group) =>
    group.metrics.map((metric) => ({ key: `${group.detector} ${metric.name}`, group, metric })),
  );
  const telling = tellingMetric(
    metrics.map(({ metric }) => metric),
    model.drifts,
  );
  const [chosen, choose] = useState<string | null>(null);
  const shown =
    metrics.find(({ key }) => key === chosen) ?? metrics.find(({ metric }) => metric.name === telling) ?? metrics[0];
  const version = model.versions.at(-1);
  return (
    <div className={classes.columns}>
      <Panel
        title={model.node === null ? <ForeignText text={model.model} most={80} /> : <NodeLink node={model.node} />}
        aside={
          version !== undefined && (
            <span>
              version <ForeignText text={version.version} most={40} /> since <Moment at={version.since} />
            </span>
          )
        }
      >
        {shown === undefined ? (
          <span className="fb-quiet">Nothing that was sent of it can be watched.</span>
        ) : (
          <>
            <div className={classes.tools}>
              <NativeSelect
                size="xs"
                label="Metric"
                value={shown.key}
                onChange={(event) => choose(event.currentTarget.value)}
                data={metrics.map(({ key, metric, group }) => ({
                  value: key,
                  label: visible(`${shorten(metric.name, 60)} (${group.detector})`),
                }))}
              />
              <span className="fb-quiet">
                {shown.metric.state === 'learning' ? 'learning what is normal' : 'watched'},{' '}
                {count(shown.group.observed, 'record')}, {count(shown.group.windows, 'window')} of{' '}
                {shown.group.window.records.toLocaleString()}; false alarms at most {shown.group.falseAlarmRate * 100} %
                of windows
              </span>
            </div>
            <MetricView
              metric={shown.metric}
              drifts={model.drifts.filter(({ detector }) => detector === shown.group.detector)}
            />
          </>
        )}
      </Panel>
      <DriftList drifts={model.drifts} />
    </div>
  );
}

function Clients({ telemetry: { clients, populations } }: { readonly telemetry: Telemetry }) {
  const learning = populations.filter(({ state }) => state === 'learning');
  return (
    <Panel title="Clients to throttle first" aside={count(clients.length, 'client')} flush>
      {clients.length === 0 ? (
        <Empty title="No client is watched.">
          Clients are told apart where telemetry says who asked.
          {learning.length > 0 && ` Of ${count(learning.length, 'model')} natural traffic is still being learned.`}
        </Empty>
      ) : (
        <ShortTable label="Clients" className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col">Model</th>
              <th scope="col" data-numeric>
                Queries
              </th>
              <th scope="col" data-numeric>
                Throttle
              </th>
              <th scope="col">What stands out</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {clients.slice(0, 50).map((client) => (
              <tr key={`${client.model} ${client.client}`}>
                <td>
                  <ForeignText text={client.client} most={60} mono />{' '}
                  {client.found !== null && (
                    <Tag tone="danger">
                      <ForeignText text={client.found} most={40} />
                    </Tag>
                  )}
                </td>
                <td>
                  <ForeignText text={client.model} most={60} />
                </td>
                <td data-numeric>{client.queries.toLocaleString()}</td>
                <td data-numeric>{Math.round(client.throttle * 100)} %</td>
                <td>
                  <ForeignText text={standingOut(client.signals)} most={90} />
                </td>
                <td>
                  <Moment at={client.last} />
                </td>
              </tr>
            ))}
          </tbody>
        </ShortTable>
      )}
    </Panel>
  );
}

function standingOut(signals: Readonly<Record<string, number>>): string {
  const strong = Object.entries(signals).sort(([, a], [, b]) => b - a);
  return strong.length === 0
    ? 'nothing'
    : strong
        .slice(0, 3)
        .map(([name, value]) => `${name} ${value.toFixed(2)}`)
        .join(', ');
}
