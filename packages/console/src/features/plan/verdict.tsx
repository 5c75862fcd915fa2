import type { Plan } from '@firebreak/contract/plan';
import { IconAlertTriangle, IconClipboardCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { count } from '../../ui/count.ts';
import { Figure } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { points, priceWords, verdictWords } from './plan-words.ts';
import classes from './verdict.module.css';

const icons = { warn: IconAlertTriangle, info: IconClipboardCheck };

/** What the plan promises and what it costs; the actions on it are the children. */
export function Verdict({ plan, children }: { readonly plan: Plan; readonly children: ReactNode }) {
  const { title, tone } = verdictWords(plan);
  const Icon = icons[tone];
  const price = priceWords(plan);
  const interrupted = plan.steps.reduce((sum, step) => sum + step.interrupts.length, 0);
  const drastic = plan.steps.filter((step) => step.drastic).length;
  return (
    <section className={classes.verdict} data-tone={tone} aria-label="Verdict">
      <div className={classes.top}>
        <div>
          <h2>
            <Icon size={20} aria-hidden />
            {title}
          </h2>
          <div className="fb-quiet">
            Protects <ForeignText text={plan.protect} mono most={80} /> ·{' '}
            {count(plan.exposure.protectedReachable, 'protected node')} reachable before · plan{' '}
            <code title={plan.digest}>{plan.digest.slice(0, 12)}</code>
          </div>
        </div>
        <div className={classes.actions}>{children}</div>
      </div>
      <dl className={classes.figures}>
        <Figure label="Steps" value={plan.steps.length} hint={drastic === 0 ? 'none drastic' : `${drastic} drastic`} />
        <Figure label="Interrupts" value={interrupted} hint={count(interrupted, 'legitimate use', 'legitimate uses')} />
        <Figure
          label="Cost of the cut"
          value={points(plan.cutCost)}
          hint={`${points(plan.totalCost)} with all steps`}
        />
        <Figure label="Lower bound" value={points(plan.lowerBound)} hint="no cut can cost less" />
        <Figure label="Price" value={price.value} hint={price.hint} tone={price.tone} />
      </dl>
    </section>
  );
}
