import type { Execution } from '@firebreak/contract/incident';
import { expect, test } from 'vitest';
import { FakeWorld } from '../../../test/fake-world.ts';
import { approvable, missingBefore, ownExecution, waitsForOthers } from './approval.ts';

function planned() {
  const world = new FakeWorld();
  const found = world.get('inc-61c0');
  if (found?.plan == null) throw new Error('the fake has no such plan');
  return { world, found, plan: found.plan, id: found.incident.id };
}
const ids = (steps: readonly { id: string }[]) => steps.map((step) => step.id);

test('a person approves each step once; a drastic step still waits for somebody else', () => {
  const { world, plan, id } = planned();
  expect(ids(approvable(plan, null, 'Ada'))).toEqual(['s1', 's2', 's3', 's4', 's5']);
  const execution = world.approve(id, plan.digest, undefined, 'Ada');
  expect(approvable(plan, execution, 'Ada')).toEqual([]);
  expect(ids(approvable(plan, execution, 'Grace'))).toEqual(['s5']);
  expect(waitsForOthers(execution as Execution, 'Ada')).toBe(true);
  expect(waitsForOthers(execution as Execution, 'Grace')).toBe(false);
});

test('choosing a part names every step that it would wait for, and approved ones no longer', () => {
  const { world, plan, id } = planned();
  expect(ids(missingBefore(plan, null, new Set(['s4'])))).toEqual(['s1', 's2', 's3']);
  const execution = world.approve(id, plan.digest, ['s1', 's2'], 'Ada');
  expect(ids(missingBefore(plan, execution, new Set(['s4'])))).toEqual(['s3']);
  expect(missingBefore(plan, null, new Set(ids(plan.steps)))).toEqual([]);
});

test('a plan made again with the same digest is not taken for the one that ran', () => {
  const { world, found, plan, id } = planned();
  const execution = world.approve(id, plan.digest, undefined, 'Ada');
  if (execution === null) throw new Error('it was not approved');
  expect(ownExecution(found.incident, plan, execution)).toBe(execution);
  const again = { ...found.incident, state: 'planned' as const };
  expect(ownExecution(again, plan, { ...execution, state: 'undone', direction: 'undo' })).toBeNull();
  expect(ownExecution(again, plan, { ...execution, state: 'waiting-approval' })).not.toBeNull();
  expect(ownExecution(found.incident, plan, { ...execution, planDigest: '0'.repeat(64) })).toBeNull();
});
