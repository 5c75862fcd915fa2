import type { CanaryRun } from '@firebreak/contract/canary';
import { NativeSelect } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { shorten, visible } from '../../ui/visible.ts';
import classes from './canary.module.css';
import { canarySeries, tellingMetric } from './canary-series.ts';

const TimeChart = lazy(async () => ({ default: (await import('../telemetry/time-chart.tsx')).TimeChart }));
const height = 190;
const none: readonly never[] = [];
const zero = [0];

/** One metric: canary beside baseline of each look, and the shift between them with its interval. */
export function MetricCharts({ run }: { readonly run: CanaryRun }) {
  const [chosen, choose] = useState<string | null>(null);
  const metric = run.config.metrics.find(({ name }) => name === chosen)?.name ?? tellingMetric(run);
  const kind = run.config.metrics.find(({ name }) => name === metric)?.kind ?? 'values';
  const drawn = useMemo(() => {
    const series = canarySeries(run, metric);
    return {
      series,
      sides: [
        { name: 'baseline high', values: series.baseline.high, colour: 'fb-info', band: true },
        { name: 'baseline low', values: series.baseline.low, colour: 'fb-info' },
        { name: 'baseline', values: series.baseline.middle, colour: 'fb-info', points: true },
        { name: 'canary high', values: series.canary.high, colour: 'fb-warn', band: true },
        { name: 'canary low', values: series.canary.low, colour: 'fb-warn' },
        { name: 'canary', values: series.canary.middle, colour: 'fb-warn', points: true },
      ],
      shift: [
        { name: 'at most', values: series.shift.high, colour: 'fb-ink', band: true },
        { name: 'at least', values: series.shift.low, colour: 'fb-ink' },
        { name: 'shift', values: series.shift.middle, colour: 'fb-ink', points: true },
      ],
    };
  }, [run, metric]);
  const waiting = <div style={{ height }} />;
  const middle = kind === 'values' ? 'Median, 5 % and 95 %' : 'Share in percent, with its interval,';
  return (
    <Panel title="Canary beside baseline">
      <NativeSelect
        size="xs"
        label="Metric"
        value={metric}
        onChange={(event) => choose(event.currentTarget.value)}
        data={run.config.metrics.map(({ name }) => ({ value: name, label: visible(shorten(name, 60)) }))}
      />
      {run.looks.length === 0 ? (
        <span className="fb-quiet">There is nothing to draw before the first look.</span>
      ) : (
        <>
          <figure className={classes.chart}>
            <figcaption>
              {middle} of each look: <span className={classes.baseline}>baseline</span>,{' '}
              <span className={classes.canary}>canary</span>
            </figcaption>
            <Suspense fallback={waiting}>
              <TimeChart times={drawn.series.times} lines={drawn.sides} changes={none} levels={none} height={height} />
            </Suspense>
          </figure>
          {kind !== 'pairs' && (
            <figure className={classes.chart}>
              <figcaption>
                By how much the canary is more, over all looks so far; it fails when the whole band is on the bad side
                of the dotted line
              </figcaption>
              <Suspense fallback={waiting}>
                <TimeChart
                  times={drawn.series.times}
                  lines={drawn.shift}
                  changes={none}
                  levels={zero}
                  height={height}
                />
              </Suspense>
            </figure>
          )}
          <details className={classes.numbers}>
            <summary>The same in numbers</summary>
            <Numbers run={run} metric={metric} />
          </details>
        </>
      )}
    </Panel>
  );
}

const digits = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : Number(value.toPrecision(4)).toLocaleString();

function Numbers({ run, metric }: { readonly run: CanaryRun; readonly metric: string }) {
  return (
    <ShortTable label={`Looks at ${metric}`} className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Look ends</th>
          <th scope="col">Baseline (count)</th>
          <th scope="col">Canary (count)</th>
          <th scope="col">Shift, interval</th>
          <th scope="col">By chance</th>
        </tr>
      </thead>
      <tbody>
        {run.looks.map((look) => {
          const seen = look.seen.find((each) => each.metric === metric);
          const verdict = look.verdict.metrics.find((each) => each.metric === metric);
          return (
            <tr key={look.number} data-alarm={verdict?.class === 'high' || verdict?.class === 'low'}>
              <td>
                <Moment at={look.to} />
              </td>
              <td>
                {digits(seen?.baseline.centre)} ({seen?.baseline.count.toLocaleString() ?? 0})
              </td>
              <td>
                {digits(seen?.canary.centre)} ({seen?.canary.count.toLocaleString() ?? 0})
              </td>
              <td>
                {digits(verdict?.shift)}, {digits(verdict?.shiftFrom)} to {digits(verdict?.shiftTo)}
              </td>
              <td>
                {verdict?.p === null || verdict === undefined ? '–' : verdict.p.toPrecision(2)}; counts from{' '}
                {verdict?.line.toPrecision(2) ?? '–'} on
              </td>
            </tr>
          );
        })}
      </tbody>
    </ShortTable>
  );
}
