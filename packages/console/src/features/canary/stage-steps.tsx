import type { CanaryRun } from '@firebreak/contract/canary';
import { Moment } from '../../ui/moment.tsx';
import classes from './canary.module.css';

/** The stages in order: those that passed, the one it is at, those to come. */
export function StageSteps({ run }: { readonly run: CanaryRun }) {
  const back =
    run.state === 'rolled-back' || run.state === 'rolling-back' || run.state === 'stopped' || run.state === 'stuck';
  return (
    <>
      <ol className={classes.stages} aria-label="Stages">
        {run.config.stages.map(({ percent, looks }, at) => {
          const taken = run.looks.filter(({ stage }) => stage === at).length;
          const state =
            run.state === 'promoted' || at < run.stage
              ? 'passed'
              : at > run.stage
                ? 'to come'
                : back
                  ? 'failed'
                  : 'now';
          return (
            <li key={percent} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
              <strong>{percent} %</strong>
              <span>
                {state === 'to come'
                  ? 'to come'
                  : percent === 100
                    ? state
                    : `${state}, ${Math.min(taken, looks)} of ${looks} looks`}
              </span>
            </li>
          );
        })}
      </ol>
      {run.nextLook !== null && (
        <p className="fb-quiet">
          The next look is not before <Moment at={run.nextLook} />. Of good versions at most{' '}
          {run.config.falseRollback * 100} % are rolled back, over all metrics and looks.
        </p>
      )}
    </>
  );
}
