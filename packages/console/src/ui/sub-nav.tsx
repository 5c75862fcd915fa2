import type { ReactNode } from 'react';
import classes from './sub-nav.module.css';

/** Links between pages that belong together; each child is a `Link` that says when it is the current one. */
export function SubNav({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <nav className={classes.nav} aria-label={label}>
      {children}
    </nav>
  );
}
