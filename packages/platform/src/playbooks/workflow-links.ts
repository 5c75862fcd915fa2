import type { WorkflowStep } from './cacao.ts';

export interface Link {
  /** `on_completion`, `cases.default`, `next_steps.0`. */
  readonly by: string;
  readonly to: string;
  /** Into a branch that ends by itself, after which the step goes on. */
  readonly branch: boolean;
}

/** Every step that a step of a workflow names, in the order in which they stand. */
export function linksOf(step: WorkflowStep): readonly Link[] {
  const links: Link[] = [];
  const add = (by: string, to: string | undefined, branch: boolean) => {
    if (to !== undefined) links.push({ by, to, branch });
  };
  switch (step.type) {
    case 'parallel':
      step.next_steps.forEach((to, at) => {
        add(`next_steps.${at}`, to, true);
      });
      break;
    case 'if-condition':
      add('on_true', step.on_true, true);
      add('on_false', step.on_false, true);
      break;
    case 'while-condition':
      add('on_true', step.on_true, true);
      break;
    case 'switch-condition':
      for (const [value, to] of Object.entries(step.cases)) add(`cases.${value}`, to, true);
      break;
    default:
      break;
  }
  add('on_completion', step.on_completion, false);
  add('on_success', step.on_success, false);
  add('on_failure', step.on_failure, false);
  return links;
}

/** Where a step goes on when it went well. */
export function nextOf(step: WorkflowStep): string | undefined {
  return step.on_completion ?? step.on_success;
}
