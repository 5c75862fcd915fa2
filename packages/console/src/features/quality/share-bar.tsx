import type { Share } from '@firebreak/contract/answers/quality';
import classes from './share-bar.module.css';
import { shareText, whisker } from './share-scale.ts';

interface ShareBarProps {
  readonly share: Share | null;
  /** What the right edge stands for; the same for all bars of a column. */
  readonly most: number;
  readonly tone: 'good' | 'warn';
}

const width = 110;
const height = 20;

/** A share as a bar, its 95 % interval as whiskers, and both in words. */
export function ShareBar({ share, most, tone }: ShareBarProps) {
  if (share === null) return <span className="fb-quiet">not judged</span>;
  const { bar, low, high } = whisker(share, most, width - 4);
  const middle = height / 2;
  return (
    <span className={classes.share} data-tone={tone}>
      <svg width={width} height={height} aria-hidden>
        <rect className={classes.frame} x={0.5} y={4.5} width={width - 1} height={height - 9} />
        <rect className={classes.bar} x={2} y={6} width={bar} height={height - 12} />
        <path
          className={classes.whisker}
          d={`M${2 + low},${middle} H${2 + high} M${2 + low},${middle - 5} v10 M${2 + high},${middle - 5} v10`}
        />
      </svg>
      <span>
        {shareText(share.value)}{' '}
        <span className="fb-quiet">
          ({shareText(share.low)} to {shareText(share.high)} of {share.of.toLocaleString()})
        </span>
      </span>
    </span>
  );
}
