import type { WhatIf } from '@firebreak/contract/answers/what-if';
import classes from './before-after.module.css';

const figures = [
  { key: 'score', label: 'Exposure' },
  { key: 'exposing', label: 'Identities that reach something' },
  { key: 'exposed', label: 'Crown jewels in reach' },
  { key: 'pairs', label: 'Pairs' },
] as const;

/** Exposure as it is and as it would be. Numbers change in place; while there is no answer their places are kept. */
export function BeforeAfter({ answer }: { readonly answer: WhatIf | undefined }) {
  return (
    <dl className={classes.figures}>
      {figures.map(({ key, label }) => {
        const before = answer?.before[key];
        const after = answer?.after[key];
        return (
          <div key={key} data-less={before !== undefined && after !== undefined && after < before}>
            <dt>{label}</dt>
            <dd>
              <span>{before?.toLocaleString() ?? '–'}</span> <span aria-hidden>→</span>{' '}
              <span className={classes.to}>to</span> <strong>{after?.toLocaleString() ?? '–'}</strong>
              {before !== undefined && after !== undefined && <small>{change(before, after)}</small>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function change(before: number, after: number): string {
  if (before === after) return 'unchanged';
  const percent = Math.round((100 * (after - before)) / before);
  return percent === 0 ? 'by under 1 %' : `${percent} %`;
}
