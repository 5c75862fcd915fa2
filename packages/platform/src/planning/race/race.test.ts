import type { Plan, PlanStep } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf, thing } from '../../graph/small-world.ts';
import { loadSolver } from '../hitting-set.ts';
import { makePlan } from '../make-plan.ts';
import { type LittleEdge, littleAction, littleEstate } from '../testing/little-estate.case.ts';
import { chance, quantile } from './chance.ts';
import { estimateOf } from './estimate.ts';
import { raceOf } from './race.ts';
import { defaultRace } from './times.ts';

const solver = await loadSolver();

test('numbers depend on what they are for and on nothing else, and are uniform', () => {
  expect(chance(1, 2, 3)).toBe(chance(1, 2, 3));
  const draws = Array.from({ length: 20_000 }, (_, run) => chance(7, run, 5));
  expect(new Set(draws).size).toBeGreaterThan(19_900);
  expect(draws.every((value) => value > 0 && value < 1)).toBe(true);
  expect(draws.reduce((sum, value) => sum + value, 0) / draws.length).toBeCloseTo(0.5, 2);
  const tenths = new Array<number>(10).fill(0);
  for (const value of draws) tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('quantiles of the log-normal are those of its definition', () => {
  const time = { median: 100, sigma: 0.5 };
  expect(quantile(time, 0.5)).toBeCloseTo(100, 6);
  // Φ⁻¹(0.975) = 1.959964, Φ⁻¹(0.001) = −3.090232
  expect(quantile(time, 0.975)).toBeCloseTo(100 * Math.exp(0.5 * 1.959964), 3);
  expect(quantile(time, 0.001)).toBeCloseTo(100 * Math.exp(0.5 * -3.090232), 3);
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.499, noNaN: true }), (share) => {
      expect(quantile(time, share) * quantile(time, 1 - share)).toBeCloseTo(100 * 100, 2);
    }),
  );
});

test('an interval of 95 % holds the mean of a known list', () => {
  expect(estimateOf(Float64Array.of(1, 1, 1, 1))).toEqual({ mean: 1, low: 1, high: 1 });
  const { mean, low, high } = estimateOf(Float64Array.of(0, 10));
  expect([mean, low, high]).toEqual([5, -4.8, 14.8]);
});

const jewel = { jewel: 'it matters' };
const actions = [
  littleAction('test.snapshot', { stage: 'evidence' }),
  littleAction('test.suspend', { stage: 'delivery', takes: 5 }),
  littleAction('test.strip', { stage: 'access', takes: 5 }),
  littleAction('test.evict', { stage: 'eviction', takes: 60, drastic: true }),
];

/** An attacker in a pod that delivery keeps putting back, two hops from a model. */
function world(edges: readonly LittleEdge[]) {
  return littleEstate({
    nodes: [
      thing('Pod/ml/payload'),
      thing('Grant/ml/deploy', { class: 'permission' }),
      thing('model', { ...jewel, about: { impact: 10 } }),
      thing('channel', { class: 'update-channel' }),
    ],
    edges,
  });
}
const edges: readonly LittleEdge[] = [
  { from: 'Pod/ml/payload', to: 'Grant/ml/deploy', levers: ['test.strip Pod/ml/payload'], traverse: 'instant' },
  { from: 'Grant/ml/deploy', to: 'model', traverse: 'minutes' },
  { from: 'channel', to: 'Pod/ml/payload' },
];

function planned(
  given: readonly LittleEdge[] = edges,
  change: (plan: Plan, step: PlanStep) => readonly PlanStep[] = ({ steps }) => steps,
) {
  const graph = world(given);
  const plan = makePlan(
    graph,
    { compromised: [graph.resolve(idOf('Pod/ml/payload'))], protect: 'default', actions },
    solver,
  );
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  return { graph, plan: { ...plan, steps: [...change(plan, step)] } };
}

/** The same plan with the channel stopped before the strip, and an eviction that waits for a second person after it. */
const withDelivery = () =>
  planned(edges, (_, step) => {
    const stop: PlanStep = {
      ...step,
      id: 's0',
      stage: 'delivery',
      severs: [],
      takes: 5,
      target: { kind: 'Thing', id: idOf('channel'), name: 'channel' },
    };
    const putBack = [{ who: stop.target, what: 'Puts it back.', weight: 0 }];
    const evict: PlanStep = { ...step, id: 's2', stage: 'eviction', severs: [], approvals: 2, takes: 45 };
    return [stop, { ...step, interrupts: putBack }, evict];
  });

test('the same question has the same answer, another seed another one', () => {
  const { graph, plan } = withDelivery();
  expect(raceOf(graph, plan, { runs: 200 })).toEqual(raceOf(graph, plan, { runs: 200 }));
  expect(raceOf(graph, plan, { runs: 200, seed: 2 }).orders[0]?.loss).not.toEqual(
    raceOf(graph, plan, { runs: 200 }).orders[0]?.loss,
  );
});

test('delivery first loses less than delivery last, beyond doubt, and the difference is said', () => {
  const { graph, plan } = withDelivery();
  const { orders } = raceOf(graph, plan, { runs: 4000 });
  const [own, last] = [orders[0], orders.find(({ name }) => name === 'delivery last')];
  expect(own?.difference).toEqual({ mean: 0, low: 0, high: 0 });
  expect(last?.steps).toEqual(['s1', 's2', 's0']);
  expect(last?.breaks).toContain('next sync puts it back');
  expect(last?.difference.low).toBeGreaterThan(0);
  expect(last?.difference.mean).toBeCloseTo((last?.loss.mean ?? 0) - (own?.loss.mean ?? 0), 2);
});

test('where nothing delivers, stopping delivery first only takes time', () => {
  const { graph, plan } = withDelivery();
  const steps = plan.steps.map((step) => ({ ...step, interrupts: [] }));
  const [stop] = steps;
  if (stop === undefined) throw new Error('no step');
  const elsewhere = { ...stop, target: { ...stop.target, id: idOf('nothing') } };
  const { orders } = raceOf(graph, { ...plan, steps: [elsewhere, ...steps.slice(1)] }, { runs: 2000 });
  expect(orders.find(({ name }) => name === 'delivery last')?.difference.mean).toBeLessThanOrEqual(0);
});

test('an approval that comes at once saves, a second one too, and no attacker loses by the responder being slow', () => {
  const { graph, plan } = planned();
  const drastic = { ...plan, steps: plan.steps.map((step) => ({ ...step, approvals: 2 })) };
  const slow = raceOf(graph, drastic, { runs: 2000 });
  expect(slow.approvals.map(({ step }) => step)).toEqual(['all', 's1']);
  expect(slow.approvals[1]?.saves.low).toBeGreaterThan(0);
  const quick = raceOf(graph, plan, { runs: 2000, firstApproval: { median: 1, sigma: 0.1 } });
  expect(quick.orders[0]?.loss.mean).toBeLessThan(slow.orders[0]?.loss.mean ?? 0);
});

test('a permission is lost with the way to it, a foothold is not', () => {
  // Stripped at about 300 s: the grant is held at once, the step from it takes half an hour of looking around.
  const lossOf = (middle: string, edge: LittleEdge) => {
    const graph = littleEstate({
      nodes: [thing('start'), thing('grant', { class: 'permission' }), thing('shell'), thing('model', jewel)],
      edges: [edge, { from: middle, to: 'model', traverse: 'hours' }],
    });
    const plan = makePlan(graph, { compromised: [graph.resolve(idOf('start'))], protect: 'default', actions }, solver);
    return raceOf(graph, plan, { runs: 500 }).orders[0]?.reached;
  };
  const strip = { levers: ['test.strip start'], traverse: 'instant' } as const;
  expect(lossOf('grant', { from: 'start', to: 'grant', ...strip })).toBeLessThan(0.02);
  expect(lossOf('shell', { from: 'start', to: 'shell', ...strip })).toBeGreaterThan(0.8);
});

test('a step with two needs waits for the later of them', () => {
  const graph = littleEstate({
    nodes: [thing('start'), thing('a'), thing('b'), thing('model', jewel)],
    edges: [
      { from: 'start', to: 'a', traverse: 'instant' },
      { from: 'start', to: 'b', traverse: 'days' },
      { from: 'a', with: ['b'], to: 'model', traverse: 'instant', levers: ['test.strip a'] },
    ],
  });
  const plan = makePlan(graph, { compromised: [graph.resolve(idOf('start'))], protect: 'default', actions }, solver);
  expect(raceOf(graph, plan, { runs: 300 }).orders[0]?.reached).toBe(0);
  const idle = { ...plan, steps: [] };
  const long = raceOf(graph, idle, { runs: 300, horizon: defaultRace.horizon * 365 });
  expect(long.orders[0]?.reached).toBe(1);
});
