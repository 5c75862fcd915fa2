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

/** The value of an input of a step, in lower-case name. */
export function inputOf(step: WorkflowStep, name: string): string | undefined {
  return step.with.find(({ key }) => key.toLowerCase() === name)?.text.value;
}

/** `owner/name` or `owner/name/path` of the action that a step uses. */
export function actionOf({ uses }: WorkflowStep): string | undefined {
  if (uses?.kind !== 'repository') return undefined;
  return [uses.owner, uses.name, ...(uses.path === undefined || uses.path === '' ? [] : [uses.path])]
    .join('/')
    .toLowerCase();
}
