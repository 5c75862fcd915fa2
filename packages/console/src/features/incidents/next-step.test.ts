import type { Incident } from '@firebreak/contract/incident';
import { incidentSchema } from '@firebreak/contract/incident';
import { expect, test } from 'vitest';
import { FakeWorld, people } from '../../../test/fake-world.ts';
import type { Principal } from '../../data/session.ts';
import { nextStep } from './next-step.ts';

const person = (name: string): Principal => Object.values(people).find((one) => one.name === name) ?? expect.fail(name);
const [ada, grace, vera] = [person('Ada'), person('Grace'), person('Vera')];

function incident(state: Incident['state']): Incident {
  const found = new FakeWorld().get('inc-61c0');
  return { ...(found?.incident ?? expect.fail('no incident')), state };
}

test('there is one next thing in every state, for everybody', () => {
  for (const state of incidentSchema.shape.state.options) {
    for (const who of [ada, vera, null]) {
      const next = nextStep(incident(state), null, null, who);
      expect(next.label).not.toBe('');
      expect(next.why).not.toBe('');
    }
  }
});

test('only who may make a plan is asked to', () => {
  expect(nextStep(incident('open'), null, null, ada).act).toBe('make-plan');
  expect(nextStep(incident('open'), null, null, vera).act).toBe('open-plan');
});

test('who has approved everything is told that a second person is needed; the second person is asked', () => {
  const world = new FakeWorld();
  const found = world.get('inc-61c0') ?? expect.fail('no incident');
  const approved = world.approve('inc-61c0', found.plan?.digest ?? '', undefined, 'Ada') ?? expect.fail('not approved');
  const waiting = { ...approved, state: 'waiting-approval' as const };
  expect(nextStep(found.incident, found.plan, waiting, ada).label).toBe('See what waits');
  expect(nextStep(found.incident, found.plan, waiting, grace).label).toBe('Review and approve');
});

test('a plan without a cut is not offered for approval', () => {
  const found = new FakeWorld().get('inc-61c0') ?? expect.fail('no incident');
  const empty = { ...(found.plan ?? expect.fail('no plan')), verdict: 'nothing-to-cut' as const };
  expect(nextStep(found.incident, empty, null, ada).label).toBe('See the plan');
});
