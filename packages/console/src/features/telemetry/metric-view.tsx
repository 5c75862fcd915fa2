/** One metric over time: its spread, how unlikely each window is by chance, and where it changed. */
import { lazy, Suspense, useMemo } from 'react';
import { Moment } from '../../ui/moment.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { type Drift, type Metric, seriesOf } from './metric-series.ts';
import classes from './telemetry-page.module.css';

const TimeChart = lazy(async () => ({ default: (await import('./time-chart.tsx')).TimeChart }));
const height = 190;

interface MetricViewProps {
  readonly metric: Metric;
  /** Those of the same detector. */
  readonly drifts: readonly Drift[];
}

export function MetricView({ metric, drifts }: MetricViewProps) {
  const drawn = useMemo(() => {
    const { times, low, middle, high, surprise, line } = seriesOf(metric);
    const seconds = (at: string) => Date.parse(at) / 1000;
    return {
      times,
      changes: drifts
        .filter((drift) => drift.metrics.some(({ name }) => name === metric.name))
        .map(({ began }) => ({ at: seconds(began.at), from: seconds(began.from), to: seconds(began.to) })),
      levels: metric.reference.quantiles === null ? [] : [...metric.reference.quantiles],
      none: [],
      spread: [
        { name: '95 %', values: high, colour: 'fb-info', band: true },
        { name: '5 %', values: low, colour: 'fb-info' },
        { name: 'median', values: middle, colour: 'fb-ink', points: true },
      ],
      chance: [
        { name: 'how unlikely', values: surprise, colour: 'fb-warn', points: true },
        { name: 'alarm from here on', values: line, colour: 'fb-danger', dashed: true },
      ],
    };
  }, [metric, drifts]);
  if (metric.windows.length === 0)
    return (
      <p className="fb-quiet">
        No window is full yet: the reference has {metric.reference.records.toLocaleString()} of{' '}
        {metric.reference.wanted.toLocaleString()} records.
      </p>
    );
  const waiting = <div style={{ height }} />;
  return (
    <>
      {metric.kind === 'number' && (
        <figure className={classes.chart}>
          <figcaption>
            Median, 5 % and 95 % of each window; dotted: the reference; red: where it changed, with its interval
          </figcaption>
          <Suspense fallback={waiting}>
            <TimeChart
              times={drawn.times}
              lines={drawn.spread}
              changes={drawn.changes}
              levels={drawn.levels}
              height={height}
            />
          </Suspense>
        </figure>
      )}
      <figure className={classes.chart}>
        <figcaption>
          How unlikely so much change is by chance (3 is one in a thousand); dashed: alarm from here on
        </figcaption>
        <Suspense fallback={waiting}>
          <TimeChart
            times={drawn.times}
            lines={drawn.chance}
            changes={drawn.changes}
            levels={drawn.none}
            height={height}
          />
        </Suspense>
      </figure>
      <details className={classes.numbers}>
        <summary>The same in numbers</summary>
        <WindowTable metric={metric} />
      </details>
    </>
  );
}

const digits = (value: number) => Number(value.toPrecision(4)).toLocaleString();

function WindowTable({ metric }: { readonly metric: Metric }) {
  return (
    <ShortTable label={`Windows of ${metric.name}`} className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Window ends</th>
          <th scope="col" data-numeric>
            Records
          </th>
          <th scope="col">5 %, median, 95 %</th>
          <th scope="col">Most frequent</th>
          <th scope="col">Measure</th>
          <th scope="col">By chance</th>
        </tr>
      </thead>
      <tbody>
        {metric.windows.map(({ to, records, quantiles, shares, statistic, value, p, line }) => (
          <tr key={to} data-alarm={line > 0 && p <= line}>
            <td>
              <Moment at={to} />
            </td>
            <td data-numeric>{records.toLocaleString()}</td>
            <td>{quantiles === null ? '–' : quantiles.map(digits).join(', ')}</td>
            <td>
              {Object.entries(shares)
                .slice(0, 3)
                .map(([name, share]) => `${name} ${Math.round(share * 100)} %`)
                .join(', ') || '–'}
            </td>
            <td>
              {statistic} {digits(value)}
            </td>
            <td>
              {p === 0 ? 'never' : p.toPrecision(2)}
              {line > 0 && p <= line && ' (alarm)'}
            </td>
          </tr>
        ))}
      </tbody>
    </ShortTable>
  );
}
