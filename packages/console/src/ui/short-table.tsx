import type { ReactNode } from 'react';
import classes from './short-table.module.css';

interface ShortTableProps {
  /** Names the region in which the table scrolls where the screen is narrower; without it, it does not scroll. */
  readonly label?: string;
  /** What is the feature's own: how wide it must be, which rows stand out. */
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/**
 * A table of which all rows are in the page. Cells with `data-numeric` are numbers; rows with `data-alarm` are what is wrong, with
 * `data-picked` what was chosen.
 */
export function ShortTable({ label, className, children }: ShortTableProps) {
  const table = (
    <table className={className === undefined ? classes.table : `${classes.table} ${className}`}>{children}</table>
  );
  if (label === undefined) return table;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      {table}
    </section>
  );
}
