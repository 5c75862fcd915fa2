import type { ReactNode } from 'react';
import classes from './empty.module.css';

/** Nothing to show: what that means and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={classes.empty}>
      <strong>{title}</strong>
      <p>{children}</p>
    </div>
  );
}
