import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { impactQuery } from '../../data/planning-queries.ts';
import { count } from '../../ui/count.ts';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { LookTag } from '../../ui/tag.tsx';
import { Interrupted } from './impact-view.tsx';
import classes from './step-impact.module.css';
import { UseRecord } from './use-record.tsx';
import { useWords } from './use-words.ts';

/** "What breaks if I do this", asked of the estate as it is now when somebody wants to know. */
export function StepImpact({ lever, title }: { readonly lever: string; readonly title: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.impact} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={`What breaks: ${title}`}>What breaks if this is done</summary>
      {open && <Answer lever={lever} />}
    </details>
  );
}

function Answer({ lever }: { readonly lever: string }) {
  const impact = useQuery(impactQuery(lever));
  if (impact.error !== null && impact.data === undefined) {
    return <ProblemNotice error={impact.error} onRetry={() => void impact.refetch()} />;
  }
  if (impact.data === undefined) return <Loader size={16} aria-label="Asking what breaks" />;
  const { ways, holders, holderCount, evidence, completeness } = impact.data;
  const interrupts = ways.flatMap((way) => way.interrupts);
  return (
    <div className={classes.answer}>
      <LimitedNotice completeness={completeness} meaning="more may break than is listed." />
      <Interrupted interrupts={interrupts} />
      <div>
        {count(holderCount, 'holder')} of the target today
        {holders.slice(0, 8).map((holder, at) => (
          <span key={holder.id}>
            {at === 0 ? ': ' : ', '}
            <NodeName node={holder} most={40} /> <LookTag look={useWords[holder.use]} />
          </span>
        ))}
        {holderCount > 8 && ` and ${(holderCount - 8).toLocaleString()} more`}.
      </div>
      <div className="fb-quiet">
        <UseRecord sources={evidence} />
      </div>
    </div>
  );
}
