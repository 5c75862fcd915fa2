/**
 * The way through a workflow that is taken: which steps, in which order, once conditions are decided. Branches of a parallel step follow
 * each other, which the specification allows. What follows a failure is not on the way: here a step that fails stops the run, and what
 * was done stands and can be undone.
 */
import type { PlaybookProblem } from '@firebreak/contract';
import type { LeafStep, Playbook, WorkflowStep } from './cacao.ts';
import { decide } from './condition.ts';
import { usedIn, type Variables, withStepVariables } from './variables.ts';
import { nextOf } from './workflow-links.ts';

export interface Way {
  readonly steps: readonly { readonly id: string; readonly step: LeafStep; readonly variables: Variables }[];
  readonly notes: readonly string[];
  /** Conditions that nobody decided. */
  readonly problems: readonly PlaybookProblem[];
}

/** @param decisions how conditions turn out that cannot be decided, by step id */
export function wayThrough(
  playbook: Playbook,
  variables: Variables,
  decisions: Readonly<Record<string, boolean>>,
): Way {
  const walk = new Walk(playbook, variables, decisions);
  walk.follow(playbook.workflow_start);
  return walk;
}

class Walk implements Way {
  readonly steps: { id: string; step: LeafStep; variables: Variables }[] = [];
  readonly notes: string[] = [];
  readonly problems: PlaybookProblem[] = [];
  readonly #playbook: Playbook;
  readonly #variables: Variables;
  readonly #decisions: Readonly<Record<string, boolean>>;
  readonly #seen = new Set<string>();

  constructor(playbook: Playbook, variables: Variables, decisions: Readonly<Record<string, boolean>>) {
    this.#playbook = playbook;
    this.#variables = variables;
    this.#decisions = decisions;
  }

  /** To the end of this branch, or to where it joins what was walked already. */
  follow(start: string): void {
    for (let id: string | undefined = start; id !== undefined && !this.#seen.has(id); ) {
      this.#seen.add(id);
      const step: WorkflowStep | undefined = this.#playbook.workflow[id];
      if (step === undefined) return;
      for (const branch of this.#branchesOf(id, step)) this.follow(branch);
      id = nextOf(step);
    }
  }

  #branchesOf(id: string, step: WorkflowStep): readonly string[] {
    const variables = withStepVariables(this.#variables, step);
    switch (step.type) {
      case 'action':
      case 'playbook-action':
        this.steps.push({ id, step, variables });
        return [];
      case 'parallel':
        return step.next_steps;
      case 'if-condition': {
        const holds = this.#decided(id, step.condition, variables);
        if (holds === undefined) return [];
        const branch = holds ? step.on_true : step.on_false;
        return branch === undefined ? [] : [branch];
      }
      case 'while-condition': {
        if (this.#decided(id, step.condition, variables) !== true) return [];
        this.notes.push(`${id}: what it repeats is done once. Steps here are idempotent, and a watch keeps looking.`);
        return [step.on_true];
      }
      case 'switch-condition': {
        const [name] = usedIn(`${step.switch.replace(/:value$/, '')}:value`);
        const value = name === undefined ? undefined : variables.get(name);
        const branch = step.cases[value ?? 'default'] ?? step.cases.default;
        if (branch === undefined)
          this.#undecided(id, `No case is "${(value ?? '').slice(0, 100)}", and there is no default.`);
        return branch === undefined ? [] : [branch];
      }
      default:
        return [];
    }
  }

  #decided(id: string, condition: string, variables: Variables): boolean | undefined {
    const decided = this.#decisions[id] ?? decide(condition, variables);
    if (decided === undefined) this.#undecided(id, `It asks: ${condition.slice(0, 300)}`);
    else this.notes.push(`${id}: ${condition.slice(0, 200)} is ${decided}.`);
    return decided;
  }

  #undecided(where: string, what: string): void {
    this.problems.push({ code: 'FB-PLAYBOOK-CONDITION', weight: 'error', where, what });
  }
}
