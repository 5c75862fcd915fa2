import type { ReactNode } from 'react';
import classes from './tag.module.css';

/** `danger`: attacker holds or a check failed. `warn`: attention, not whole. `good`: proven. `jewel`: what must not be lost. */
export type Tone = 'neutral' | 'info' | 'danger' | 'warn' | 'good' | 'jewel';

interface TagProps {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A short word about a thing. The word carries the meaning; the colour only repeats it. */
export function Tag({ tone = 'neutral', icon, title, children }: TagProps) {
  return (
    <span className={classes.tag} data-tone={tone} title={title}>
      {icon}
      {children}
    </span>
  );
}

/** How a state looks: its word, and the tone that repeats it. */
export interface Look {
  readonly word: string;
  readonly tone: Tone;
}

export function LookTag({ look: { word, tone } }: { readonly look: Look }) {
  return <Tag tone={tone}>{word}</Tag>;
}
