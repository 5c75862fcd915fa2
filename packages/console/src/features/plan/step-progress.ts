import type { Execution, StepRun } from '@firebreak/contract/incident';
import type { Tone } from '../../ui/tag.tsx';

/** A step's state in words, and how it should look. */
export interface StepWord {
  readonly word: string;
  readonly tone: Tone;
  /** Something is happening right now. */
  readonly busy: boolean;
}

export function stepWord(run: StepRun): StepWord {
  const at = (word: string, tone: Tone, busy = false): StepWord => ({ word, tone, busy });
  switch (run.state) {
    case 'waiting':
      return run.approvals.length < run.approvalsNeeded
        ? at('Waits for approval', 'neutral')
        : at('Waits for its turn', 'neutral');
    case 'ready':
      return at('Ready', 'neutral');
    case 'reading':
      return at('Reading the present state', 'info', true);
    case 'applying':
      return at('Applying', 'info', true);
    case 'verifying':
      return at('Trying the real thing', 'info', true);
    case 'done':
      return run.probes.some((probe) => probe.result === 'cannot-tell')
        ? at('Done, not all proven', 'warn')
        : at('Done', 'good');
    case 'reverted':
      return at('Reverted by others', 'danger');
    case 'refused':
      return at('Refused', 'danger');
    case 'failed-probe':
      return at('Still works for the attacker', 'danger');
    case 'undo-ready':
      return at('Waits for undo', 'neutral');
    case 'undoing':
      return at('Undoing', 'info', true);
    case 'undone':
      return at('Undone', 'neutral');
    case 'undo-refused':
      return at('Undo refused', 'danger');
  }
}

/** Words for the whole, with how many steps have ended. `contained` is said only when the server says it. */
export interface Progress {
  readonly title: string;
  readonly tone: 'info' | 'good' | 'warn' | 'danger';
  readonly ended: number;
  readonly total: number;
}

const ends: Readonly<Record<Execution['direction'], ReadonlySet<StepRun['state']>>> = {
  contain: new Set(['done', 'reverted', 'refused', 'failed-probe']),
  undo: new Set(['undone', 'undo-refused']),
};

export function progressOf(execution: Execution): Progress {
  const ended = execution.steps.filter((run) => ends[execution.direction].has(run.state)).length;
  const total = execution.steps.length;
  const at = (title: string, tone: Progress['tone']): Progress => ({ title, tone, ended, total });
  switch (execution.state) {
    case 'waiting-approval':
      return at('Waiting for approval', 'info');
    case 'running':
      return execution.direction === 'contain' ? at('Containment is running', 'info') : at('Undo is running', 'info');
    case 'contained':
      return at('Contained', 'good');
    case 'done-unproven':
      return at('All steps are done, but containment is not proven', 'warn');
    case 'paused':
      return at('Paused', 'warn');
    case 'not-contained':
      return at('No longer contained', 'danger');
    case 'stopped':
      return execution.direction === 'contain'
        ? at('Stopped: not contained', 'danger')
        : at('Stopped: not everything is undone', 'danger');
    case 'undone':
      return at('Undone', 'info');
  }
}

/**
 * Steps that undo would bring back, in the order in which it would: those that sent a change, and those under way, which may
 * have sent one already.
 */
export function undoable(execution: Execution | null | undefined): readonly StepRun[] {
  if (execution == null) return [];
  const underWay = new Set<StepRun['state']>(['reading', 'applying', 'verifying']);
  const ended = new Set<StepRun['state']>(['done', 'reverted', 'failed-probe', 'undo-refused', 'undo-ready']);
  return execution.steps
    .filter((run) => underWay.has(run.state) || (ended.has(run.state) && run.changes.length > 0))
    .toSorted((a, b) => b.ordinal - a.ordinal);
}
