/** The workflow and action files of the estate, as detectors walk through them. */
import type {
  Estate,
  Fact,
  FactId,
  Found,
  GithubWorkflow,
  SourceMark,
  WorkflowJob,
  WorkflowStep,
  WorkflowUses,
} from '@firebreak/contract';

export const workflowNeeds = ['github.workflow', 'github.action'] as const;

export interface StepPlace {
  readonly fact: Fact<'github.workflow'> | Fact<'github.action'>;
  /** Both absent in a composite action. */
  readonly workflow?: GithubWorkflow;
  readonly job?: WorkflowJob;
  readonly step: WorkflowStep;
}

/** Every step of every workflow and of every composite action. */
export function* stepsOf(estate: Estate): Generator<StepPlace> {
  for (const fact of estate.all('github.workflow'))
    for (const job of fact.data.jobs) for (const step of job.steps) yield { fact, workflow: fact.data, job, step };
  for (const fact of estate.all('github.action')) for (const step of fact.data.steps) yield { fact, step };
}

/** Everything that a step or a job of a file uses: steps first. */
export function* usesOf(estate: Estate): Generator<{ readonly fact: StepPlace['fact']; readonly uses: WorkflowUses }> {
  for (const { fact, step } of stepsOf(estate)) if (step.uses !== undefined) yield { fact, uses: step.uses };
  for (const fact of estate.all('github.workflow'))
    for (const { uses } of fact.data.jobs) if (uses !== undefined) yield { fact, uses };
}

/** A block scalar's text begins on the line below. */
export function usesStart({ text }: WorkflowUses): SourceMark {
  return text.indent === undefined ? text : { line: text.line + 1, column: text.indent + 1 };
}

/** A finding at a place of a file. */
export function foundAt(
  fact: { readonly id: FactId; readonly data: { readonly path: string } },
  { line, column }: SourceMark,
  more: Partial<Pick<Found, 'note' | 'severity' | 'thorough'>> = {},
): Found {
  return { about: fact.id, facts: [fact.id], where: { locator: fact.data.path, line, column }, ...more };
}

/** Events that run with the repository's own rights on what a stranger did. */
export function dangerousTriggers({ on }: GithubWorkflow) {
  return on.filter(({ event }) => event === 'pull_request_target' || event === 'workflow_run');
}

export function isReusableOnly({ on }: GithubWorkflow): boolean {
  return on.length > 0 && on.every(({ event }) => event === 'workflow_call');
}
