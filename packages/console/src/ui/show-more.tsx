import classes from './show-more.module.css';

interface ShowMoreProps {
  /** How many are not shown; without any, nothing is offered. */
  readonly left: number;
  readonly onMore: () => void;
}

/** Below a list whose first part is shown, in a stack. */
export function ShowMore({ left, onMore }: ShowMoreProps) {
  if (left <= 0) return null;
  return (
    <button type="button" className={classes.more} onClick={onMore}>
      Show more: {left.toLocaleString()} are left
    </button>
  );
}
