/** A drawing of lines over time. It is for the eye alone: whoever shows it puts the numbers beside it as a table. */
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import classes from './time-chart.module.css';

export interface ChartLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Name of a colour of `global.css`, without its dashes. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** Fills the room to the line after it. */
  readonly band?: boolean;
  readonly points?: boolean;
}

interface TimeChartProps {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Times at which something began, each with the interval that it lies in. */
  readonly changes: readonly { readonly at: number; readonly from: number; readonly to: number }[];
  /** Numbers that stand still: a reference. */
  readonly levels: readonly number[];
  readonly height: number;
}

export function TimeChart({ times, lines, changes, levels, height }: TimeChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours come with the scheme
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour('fb-muted'), grid: { stroke: colour('fb-line'), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        axes: [
          { ...axis, values: (_, places) => placesInWords(places) },
          { ...axis, size: 58 },
        ],
        // Numbers that stand still belong into the picture too.
        scales: {
          x: { range: (_, first, last) => (first === last ? [first - 3600, last + 3600] : [first, last]) },
          y: { range: (_, low, high) => rangeOf([low, high, ...levels]) },
        },
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name,
            stroke: colour(line.colour),
            width: 2,
            spanGaps: true,
            points: { show: line.points === true, size: 6 },
            ...(line.dashed === true ? { dash: [5, 4] } : {}),
          })),
        ],
        bands: lines.flatMap(({ band, colour: of }, index) =>
          band === true ? [{ series: [index + 1, index + 2] as [number, number], fill: `${colour(of)}26` }] : [],
        ),
        hooks: { drawClear: [(plot) => drawBehind(plot, changes, levels, colour)] },
      },
      [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData,
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [times, lines, changes, levels, height, scheme]);
  return <div ref={frame} className={classes.chart} style={{ height }} aria-hidden />;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: '2-digit' });

/** Times in the reader's own time, as all other times of the console: of a day by the clock, with the day where it begins. */
function placesInWords(seconds: readonly number[]): string[] {
  const apart = (seconds[1] ?? 0) - (seconds[0] ?? 0);
  return seconds.map((second, index) => {
    const time = new Date(second * 1000);
    if (apart >= 86_400) return day.format(time);
    const before = index === 0 ? '' : day.format(new Date((seconds[index - 1] ?? 0) * 1000));
    return day.format(time) === before ? clock.format(time) : `${clock.format(time)}\n${day.format(time)}`;
  });
}

function rangeOf(values: readonly (number | null)[]): [number, number] {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const low = known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

/** Change points with their intervals, and levels, behind the lines. */
function drawBehind(
  plot: uPlot,
  changes: TimeChartProps['changes'],
  levels: readonly number[],
  colour: (name: string) => string,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { at, from, to } of changes) {
    const [left, right, middle] = [from, to, at].map((time) => plot.valToPos(time, 'x', true)) as [
      number,
      number,
      number,
    ];
    ctx.fillStyle = `${colour('fb-danger')}2e`;
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
    ctx.fillStyle = colour('fb-danger');
    ctx.fillRect(middle - 1, bbox.top, 2, bbox.height);
  }
  ctx.strokeStyle = colour('fb-muted');
  ctx.setLineDash([2, 4]);
  for (const level of levels) {
    const y = plot.valToPos(level, 'y', true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
