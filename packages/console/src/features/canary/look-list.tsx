import type { CanaryLook, CanaryRun } from '@firebreak/contract/canary';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { LookTag } from '../../ui/tag.tsx';
import classes from './canary.module.css';
import { decisionWords, metricWords, verdictWords } from './canary-words.ts';

/** Every look, the newest first: the verdict, what came of it, and the reason of each metric in plain words. */
export function LookList({ run }: { readonly run: CanaryRun }) {
  return (
    <Panel title="Looks" aside={count(run.looks.length, 'look')}>
      {run.looks.length === 0 && (
        <Empty title="No look yet.">Samples are gathered; nothing is a pass before them.</Empty>
      )}
      <ol className={classes.looks} reversed>
        {run.looks.toReversed().map((look) => (
          <li key={look.number}>
            <Look look={look} percent={run.config.stages[look.stage]?.percent ?? 0} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Look({ look, percent }: { readonly look: CanaryLook; readonly percent: number }) {
  const { verdict } = look;
  return (
    <article aria-label={`Look ${look.number + 1}`}>
      <header>
        <LookTag look={verdictWords[verdict.class]} /> <strong>Look {look.number + 1}</strong> at {percent} %
        {verdict.score !== null && <>, score {Math.round(verdict.score)}</>}, then {decisionWords[look.decision]}
        <div className="fb-quiet">
          <Moment at={look.to} />. <ForeignText text={look.why} most={300} />
        </div>
      </header>
      <ul className={classes.plain}>
        {verdict.metrics.map((metric) => (
          <li key={metric.metric}>
            <LookTag look={metricWords[metric.class]} />{' '}
            <strong>
              <ForeignText text={metric.metric} most={40} />
            </strong>{' '}
            <ForeignText text={metric.why} most={300} />
          </li>
        ))}
      </ul>
      {look.trouble.map((words) => (
        <p key={words} className={classes.trouble}>
          <ForeignText text={words} most={300} />
        </p>
      ))}
    </article>
  );
}
