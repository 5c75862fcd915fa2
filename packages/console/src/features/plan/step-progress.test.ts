import { type Execution, executionSchema, type StepRun, stepStates } from '@firebreak/contract/incident';
import { expect, test } from 'vitest';
import { FakeWorld } from '../../../test/fake-world.ts';
import { progressOf, stepWord, undoable } from './step-progress.ts';

function contained(): Execution {
  const execution = new FakeWorld().get('inc-3aa7')?.execution;
  if (execution == null) throw new Error('the fake has no such execution');
  return execution;
}
const firstOf = (execution: Execution): StepRun => execution.steps[1] ?? expect.fail('no step');

test('the word contained is kept for what the server calls contained', () => {
  const execution = contained();
  for (const state of executionSchema.shape.state.options) {
    for (const direction of ['contain', 'undo'] as const) {
      const { title, tone } = progressOf({ ...execution, state, direction });
      expect([title === 'Contained', state], title).toEqual([state === 'contained', state]);
      if (state === 'stopped' || state === 'done-unproven') expect(tone).not.toBe('good');
    }
  }
});

test('a step is good only when it is done and every probe held', () => {
  const run = firstOf(contained());
  expect(stepWord(run)).toMatchObject({ word: 'Done', tone: 'good' });
  const blind = { ...run, probes: [{ what: 'x', result: 'cannot-tell' as const, evidence: 'y' }] };
  expect(stepWord(blind).tone).toBe('warn');
  const good = stepStates.filter((state) => stepWord({ ...run, state }).tone === 'good');
  expect(good).toEqual(['done']);
});

test('a waiting step says whether it waits for people or for other steps', () => {
  const run = { ...firstOf(contained()), state: 'waiting' as const };
  expect(stepWord({ ...run, approvals: [] }).word).toBe('Waits for approval');
  expect(stepWord(run).word).toBe('Waits for its turn');
});

test('undo lists what changed something, last first: evidence only reads', () => {
  const execution = contained();
  expect(undoable(execution).map((run) => run.ordinal)).toEqual([5, 4, 3, 2]);
  const stopped = {
    ...execution,
    steps: execution.steps.map((run) => (run.ordinal < 3 ? run : { ...run, state: 'refused' as const })),
  };
  expect(undoable(stopped).map((run) => run.ordinal)).toEqual([2]);
  expect(undoable(null)).toEqual([]);
});
