import type { ReactNode } from 'react';
import classes from './short-table.module.css';

interface ShortTableProps {
  /** What is the feature's own: how wide it must be, which rows stand out. */
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A table of which all rows are in the page. Cells with `data-numeric` are numbers. */
export function ShortTable({ className, children }: ShortTableProps) {
  return (
    <table className={className === undefined ? classes.table : `${classes.table} ${className}`}>{children}</table>
  );
}
