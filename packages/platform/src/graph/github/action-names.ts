/** What a step uses, by name. */
import type { WorkflowStep } from '@firebreak/contract';

/** `owner/name` of what a step uses, or `docker://`. */
export function actionName(uses: NonNullable<WorkflowStep['uses']>): string {
  return uses.kind === 'docker' ? 'docker://' : `${uses.owner ?? ''}/${uses.name ?? ''}`;
}

/** `owner/name` or `owner/name/path` of the action that a step uses. */
export function actionOf({ uses }: WorkflowStep): string | undefined {
  if (uses?.kind !== 'repository') return undefined;
  return [uses.owner, uses.name, ...(uses.path === undefined || uses.path === '' ? [] : [uses.path])]
    .join('/')
    .toLowerCase();
}

/** The value of an input of a step, in lower-case name. */
export function inputOf(step: WorkflowStep, name: string): string | undefined {
  return step.with.find(({ key }) => key.toLowerCase() === name)?.text.value;
}
