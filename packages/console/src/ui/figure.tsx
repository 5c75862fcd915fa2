import type { ReactNode } from 'react';
import classes from './figure.module.css';
import type { Tone } from './tag.tsx';

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly tone?: Tone;
  readonly hint?: ReactNode;
}

/** One number with its name. A definition list (`<dl>`) around several of them keeps name and number together. */
export function Figure({ label, value, tone = 'neutral', hint }: FigureProps) {
  return (
    <div className={classes.figure} data-tone={tone}>
      <dt>{label}</dt>
      <dd>
        <span className={classes.value}>{value}</span>
        {hint !== undefined && <span className={classes.hint}>{hint}</span>}
      </dd>
    </div>
  );
}

/** Figures side by side, at the top of a page. */
export function Figures({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.figures}>{children}</dl>;
}
