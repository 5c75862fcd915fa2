import type { CSSProperties, ReactNode } from 'react';
import classes from './rows.module.css';

interface RowsProps {
  readonly label?: string;
  /** Widths as `grid-template-columns` takes them; a tag, the text, and what ends the row when left out. */
  readonly columns?: string;
  readonly children: ReactNode;
}

/** A list of things in a flush panel, a row (`<li>`) each: the same columns all the way down, below each other on a phone. */
export function Rows({ label, columns, children }: RowsProps) {
  const style = columns === undefined ? undefined : ({ '--columns': columns } as CSSProperties);
  return (
    <ul className={classes.rows} aria-label={label} style={style}>
      {children}
    </ul>
  );
}
