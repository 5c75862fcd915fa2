import { Progress } from '@mantine/core';
import classes from './reviews-page.module.css';

/** How much of a campaign is decided. */
export function ReviewProgress({ total, decided }: { readonly total: number; readonly decided: number }) {
  return (
    <div className={classes.progress}>
      <span>
        {decided} of {total} decided
      </span>
      <Progress
        value={total === 0 ? 100 : (100 * decided) / total}
        aria-label={`${decided} of ${total} decided`}
        size="sm"
        color={decided === total ? 'var(--fb-good)' : 'var(--fb-info)'}
      />
    </div>
  );
}
