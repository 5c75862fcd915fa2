import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  /** `flush`: the content brings its own padding (tables, lists of rows). */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A titled region of a page. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  return (
    <section className={classes.panel}>
      <header className={classes.head}>
        <h2>{title}</h2>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </header>
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  );
}
