import { type Stage, stages } from '@firebreak/contract/action';
import type { Execution } from '@firebreak/contract/incident';
import type { Plan } from '@firebreak/contract/plan';
import type { AnswerOf } from '../../data/client.ts';
import { count } from '../../ui/count.ts';
import { Panel } from '../../ui/panel.tsx';
import { runsOf } from './approval.ts';
import classes from './plan-steps.module.css';
import { stageWords } from './plan-words.ts';
import { StepRow } from './step-row.tsx';
import { StepWish } from './step-wish.tsx';

interface PlanStepsProps {
  readonly incidentId: string;
  readonly plan: Plan;
  readonly execution: Execution | null;
  readonly dryRun: AnswerOf<'dryRun'> | undefined;
}

/** The steps in their order, under the stage that explains the order. */
export function PlanSteps({ incidentId, plan, execution, dryRun }: PlanStepsProps) {
  const runs = runsOf(execution);
  const previews = new Map(dryRun?.steps.map((step) => [step.stepId, step]));
  const byStage = Map.groupBy(plan.steps, (step) => step.stage);
  const present = stages.filter((stage) => byStage.has(stage));
  return (
    <Panel
      title="Steps"
      flush
      aside={dryRun === undefined ? count(plan.steps.length, 'step') : 'Dry-run: nothing was changed'}
    >
      {plan.steps.length === 0 && <p className={classes.none}>This plan has no steps.</p>}
      {present.map((stage: Stage) => (
        <section key={stage} className={classes.stage} aria-label={stageWords[stage].title}>
          <h3>
            {stageWords[stage].title} <span className="fb-quiet">{stageWords[stage].why}</span>
          </h3>
          <ol className={classes.steps}>
            {byStage.get(stage)?.map((step) => (
              <StepRow
                key={step.id}
                step={step}
                run={runs.get(step.id)}
                preview={previews.get(step.id)}
                wish={<StepWish incidentId={incidentId} step={step} />}
              />
            ))}
          </ol>
        </section>
      ))}
    </Panel>
  );
}
