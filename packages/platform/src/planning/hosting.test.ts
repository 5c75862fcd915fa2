import { stages } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { idOf, thing } from '../graph/small-world.ts';
import { checkClaims } from './check-claims.ts';
import { loadSolver } from './hitting-set.ts';
import { hostingLimit, hostingLimits } from './hosting.ts';
import { makePlan, type PlanRequest } from './make-plan.ts';
import { littleAction, littleEstate, pulled } from './testing/little-estate.case.ts';

const solver = await loadSolver();

test('every line says why and what instead, for stages that there are', () => {
  for (const { why, instead, stages: limited } of hostingLimits) {
    expect([why, instead].every((text) => text.endsWith('.'))).toBe(true);
    expect(limited.every((stage) => stages.includes(stage))).toBe(true);
  }
});

test('what is ours, or of which nobody says, takes every stage; a vendor counts even where hosting is not said', () => {
  for (const stage of stages) {
    expect(hostingLimit(undefined, stage)).toBeUndefined();
    expect(hostingLimit({ about: { hosting: 'on-prem' } }, stage)).toBeUndefined();
    expect(hostingLimit({ about: { hosting: 'saas' } }, stage) !== undefined).toBe(
      ['eviction', 'placement', 'network'].includes(stage),
    );
  }
  expect(hostingLimit({ about: { vendor: 'Acme' } }, 'eviction')?.hosting).toBe('vendor-managed');
  expect(hostingLimit({ about: { vendor: 'Acme', hosting: 'on-prem' } }, 'eviction')).toBeUndefined();
});

const actions = [
  littleAction('test.stop', { stage: 'eviction', impact: { cost: 1, interrupts: [] } }),
  littleAction('test.revoke', { impact: { cost: 7, interrupts: [] } }),
];
function planFor(
  hosting: 'saas' | 'on-prem',
  more: Partial<PlanRequest> = {},
  levers = ['test.stop gateway', 'test.revoke key'],
) {
  const graph = littleEstate({
    nodes: [thing('key'), thing('gateway', { about: { hosting } }), thing('model', { jewel: 'it matters' })],
    edges: [
      { from: 'key', to: 'gateway' },
      { from: 'gateway', to: 'model', levers, severedBy: ['test.stop', 'test.revoke', 'test.unwritten'] },
    ],
  });
  const plan = makePlan(
    graph,
    { compromised: [graph.resolve(idOf('key'))], protect: 'default', actions, ...more },
    solver,
  );
  return { graph, plan };
}

test('for what a vendor runs the permission around it is taken, and the plan tells what was left out and why', () => {
  const own = planFor('on-prem').plan;
  expect(own.steps.map(({ title }) => title)).toEqual(['test.stop on gateway']);
  expect(own).not.toHaveProperty('leftOut');
  const { graph, plan } = planFor('saas');
  expect(plan.steps.map(({ title }) => title)).toEqual(['test.revoke on key']);
  expect(plan.leftOut).toMatchObject([{ title: 'test.stop on gateway', target: { name: 'gateway' } }]);
  expect(plan.leftOut?.[0]?.why).toContain('no host, workload or network of ours');
  expect(checkClaims(plan, graph, actions).filter(({ ok }) => !ok)).toEqual([]);
  // A plan that does it all the same is found, and so is giving up where something else would do.
  const forged = { ...plan, steps: own.steps };
  expect(checkClaims(forged, graph, actions).find(({ ok }) => !ok)?.detail).toContain('vendor runs it');
  expect(() => planFor('saas', { pin: [pulled('test.stop gateway').key] })).toThrow('FB-PLAN-CONTRADICTION');
});

test('a way that nothing cuts says which lever is missing, by who can do something about it', () => {
  const lacks = (more: Partial<PlanRequest>, hosting: 'saas' | 'on-prem' = 'saas', levers?: string[]) =>
    planFor(hosting, more, levers).plan.uncut[0]?.lacks?.map(({ is, action }) => `${is} ${action ?? ''}`.trim());
  expect(lacks({ forbid: ['test.revoke'] })).toEqual([
    'forbidden test.revoke',
    'hosting test.stop',
    'lever test.unwritten',
  ]);
  const withheld = (is: 'right' | 'connector') => ({
    actions: actions.slice(0, 1),
    withheld: [{ action: 'test.revoke', is, what: 'Connect it.' }],
  });
  expect(lacks(withheld('connector'))).toEqual(['connector test.revoke', 'hosting test.stop', 'lever test.unwritten']);
  expect(lacks(withheld('right'))).toEqual(['right test.revoke', 'hosting test.stop', 'lever test.unwritten']);
  expect(lacks({ actions: [] })).toEqual(['lever test.revoke', 'lever test.stop', 'lever test.unwritten']);
  expect(lacks({}, 'on-prem', [])).toEqual(['lever test.unwritten']);
  expect(planFor('saas', { forbid: ['test.revoke'] }).plan.uncut[0]?.missing).toContain('The request forbids');
});
