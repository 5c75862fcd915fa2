import type { Estimate } from '@firebreak/contract/answers/race';
import classes from './interval.module.css';

interface IntervalProps {
  readonly of: Estimate;
  /** What the left and the right edge stand for; the same for all intervals of a column. */
  readonly from: number;
  readonly to: number;
  readonly tone: 'own' | 'other' | 'forbidden';
}

const width = 260;
const height = 22;
const room = 8;

/** A mean with its 95 % interval on the scale of its column. The numbers stand beside it, so it is hidden from screen readers. */
export function Interval({ of: { mean, low, high }, from, to, tone }: IntervalProps) {
  const xOf = (value: number) => room + ((value - from) / (to - from || 1)) * (width - 2 * room);
  const middle = height / 2;
  return (
    <svg className={classes.interval} width={width} height={height} data-tone={tone} aria-hidden>
      <line className={classes.scale} x1={room} x2={width - room} y1={middle} y2={middle} />
      {from < 0 && to > 0 && <line className={classes.zero} x1={xOf(0)} x2={xOf(0)} y1={1} y2={height - 1} />}
      <line className={classes.range} x1={xOf(low)} x2={xOf(high)} y1={middle} y2={middle} />
      <line className={classes.range} x1={xOf(low)} x2={xOf(low)} y1={middle - 5} y2={middle + 5} />
      <line className={classes.range} x1={xOf(high)} x2={xOf(high)} y1={middle - 5} y2={middle + 5} />
      <circle className={classes.mean} cx={xOf(mean)} cy={middle} r={5} />
    </svg>
  );
}
