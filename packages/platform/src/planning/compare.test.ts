import { expect, test } from 'vitest';
import { idOf, thing } from '../graph/small-world.ts';
import { comparePlans } from './compare.ts';
import { loadSolver } from './hitting-set.ts';
import { littleAction, littleEstate, pulled } from './testing/little-estate.case.ts';

const solver = await loadSolver();
const web = { kind: 'Thing', id: idOf('web'), name: 'web' };
const actions = [
  littleAction('test.stop', {
    stage: 'eviction',
    drastic: true,
    impact: { cost: 3, interrupts: [{ who: web, what: 'It stops.', weight: 2 }] },
  }),
  littleAction('test.revoke', { impact: { cost: 7, interrupts: [] } }),
];
const graph = littleEstate({
  nodes: [thing('key'), thing('web'), thing('other'), thing('model', { jewel: 'it matters' })],
  edges: [
    { from: 'key', to: 'other', levers: ['test.revoke other'] },
    { from: 'key', to: 'web' },
    { from: 'web', to: 'model', levers: ['test.stop web', 'test.revoke web'], traverse: 'minutes' },
  ],
});
const request = { compromised: [graph.resolve(idOf('key'))], protect: 'default', actions };

test('every variant with its own plan, and the front is what nothing beats', () => {
  const { options } = comparePlans(graph, request, solver, { runs: 300 });
  const titles = Object.fromEntries(options.map(({ name, plan }) => [name, plan?.steps.map(({ title }) => title)]));
  expect(titles).toEqual({
    cheapest: ['test.stop on web'],
    'full-freeze': ['test.revoke on other', 'test.stop on web'],
    staged: ['test.revoke on web'],
    'read-only': ['test.revoke on web'],
    'business-first': ['test.revoke on web'],
    'one-person': ['test.revoke on web'],
    nothing: undefined,
  });
  const front = options.filter((option) => option.front).map(({ name }) => name);
  expect(front).toContain('staged');
  expect(front).not.toContain('full-freeze');
  expect(front).toContain('nothing');
  for (const option of options.filter((each) => !each.front))
    expect(
      options.some(
        ({ risk, outage, seconds }) => risk <= option.risk && outage <= option.outage && seconds <= option.seconds,
      ),
    ).toBe(true);
  const [cheapest, , staged] = options;
  expect(staged?.plan?.lowerBound).toBe(cheapest?.plan?.cutCost);
});

test('a variant that a pin rules out is no option', () => {
  const { options } = comparePlans(graph, { ...request, pin: [pulled('test.stop web').key] }, solver, { runs: 50 });
  expect(options.map(({ name }) => name)).toEqual(['cheapest', 'full-freeze', 'staged', 'business-first', 'nothing']);
});
