import { stages } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idOf } from '../../graph/small-world.ts';
import { checkSteps } from '../check-steps.ts';
import { littleAction, pulled } from '../testing/little-estate.case.ts';
import { brokenBy, mustPrecede, orderConstraints } from './constraints.ts';
import { byLoss, byRule, numbered, type UnorderedStep } from './order.ts';
import { inWaves } from './waves.ts';

const actions = stages.map((stage) => littleAction(`test.${stage}`, { stage }));

const someSteps = fc
  .uniqueArray(
    fc.record({
      stage: fc.constantFrom(...stages),
      target: fc.constantFrom('a', 'b', 'c'),
      restarts: fc.boolean(),
      approvals: fc.constantFrom(1, 2),
      severs: fc.nat(3),
    }),
    { maxLength: 9, selector: ({ stage, target }) => `${stage} ${target}` },
  )
  .map((drafts) => drafts.map(stepOf));

interface Draft {
  readonly stage: UnorderedStep['stage'];
  readonly target: string;
  readonly restarts?: boolean;
  readonly approvals?: number;
  readonly severs?: number;
}

function stepOf({ stage, target, restarts = false, approvals = 1, severs = 0 }: Draft): UnorderedStep {
  const who = { kind: 'Thing', id: idOf(target), name: target };
  return {
    lever: pulled(`test.${stage} ${target}`),
    stage,
    target: who,
    title: `test.${stage} on ${target}`,
    reason: 'cut',
    why: '',
    severs: Array.from({ length: severs }, (_, at) => ({ type: 'STEP', from: `${at}`, to: target })),
    interrupts: [],
    restarts: restarts ? [who] : [],
    cost: 1,
    reversal: { kind: 'restore', how: 'It is put back.' },
    drastic: approvals > 1,
    approvals: stage === 'evidence' ? 1 : approvals,
  };
}

test('no order breaks a constraint, whatever is done to it, and the independent check agrees', () => {
  fc.assert(
    fc.property(someSteps, fc.boolean(), fc.infiniteStream(fc.integer()), (steps, staged, numbers) => {
      const given = staged ? inWaves(steps) : steps;
      const ruled = byRule(given);
      expect(brokenBy(ruled)).toBeUndefined();
      const raced = byLoss(ruled, () => numbers.next().value as number);
      expect(brokenBy(raced)).toBeUndefined();
      expect(new Set(raced)).toEqual(new Set(given));
      const plan = { steps: numbered(raced) };
      expect(checkSteps(plan as never, actions)).toMatchObject({ ok: true });
    }),
    { numRuns: 300 },
  );
});

test('the check finds what breaks a constraint', () => {
  fc.assert(
    fc.property(
      someSteps
        .filter((steps) => steps.length > 1)
        .chain((steps) => fc.shuffledSubarray([...steps], { minLength: steps.length })),
      (steps) => {
        const plan = { steps: numbered(steps) };
        expect(checkSteps(plan as never, actions).ok).toBe(brokenBy(steps) === undefined);
      },
    ),
    { numRuns: 300 },
  );
});

test('constraints contradict each other nowhere', () => {
  fc.assert(
    fc.property(someSteps, (steps) => {
      for (const one of steps)
        for (const other of steps)
          if (one !== other && mustPrecede(one, other) !== undefined)
            expect(mustPrecede(other, one), `${one.title}, ${other.title}`).toBeUndefined();
    }),
  );
  for (const { why } of orderConstraints) expect(why).toMatch(/\.$/);
});

test('by rule: stages, then what severs most; placement need not wait for what restarts', () => {
  const steps = [
    stepOf({ stage: 'placement', target: 'a' }),
    stepOf({ stage: 'access', target: 'a', severs: 1 }),
    stepOf({ stage: 'access', target: 'b', severs: 2 }),
    stepOf({ stage: 'delivery', target: 'a' }),
    stepOf({ stage: 'evidence', target: 'a' }),
  ];
  expect(byRule(steps).map(({ title }) => title)).toEqual([
    'test.evidence on a',
    'test.delivery on a',
    'test.access on b',
    'test.access on a',
    'test.placement on a',
  ]);
  expect(numbered(byRule(steps))[2]?.after).toEqual(['s1', 's2']);
});

test('the order of least loss is found among neighbours, and never through a constraint', () => {
  const steps = byRule(['a', 'b', 'c'].map((target) => stepOf({ stage: 'access', target })));
  const wanted = [2, 0, 1];
  const place = (step: number) => wanted.indexOf(step);
  const lossOf = (order: readonly number[]) =>
    order.flatMap((one, at) => order.slice(at + 1).filter((other) => place(other) < place(one))).length;
  expect(byLoss(steps, lossOf).map(({ target }) => target.name)).toEqual(['c', 'a', 'b']);
  const bound = byRule([stepOf({ stage: 'delivery', target: 'a' }), stepOf({ stage: 'access', target: 'a' })]);
  expect(byLoss(bound, ([first]) => (first === 1 ? 0 : 9)).map(({ stage }) => stage)).toEqual(['delivery', 'access']);
});

test('in a staged plan whatever must follow what needs two persons waits with it', () => {
  const waves = inWaves([
    stepOf({ stage: 'evidence', target: 'a' }),
    stepOf({ stage: 'access', target: 'a', approvals: 2 }),
    stepOf({ stage: 'eviction', target: 'b' }),
    stepOf({ stage: 'access', target: 'c' }),
  ]);
  expect(waves.map(({ title, wave }) => [title, wave])).toEqual([
    ['test.evidence on a', 1],
    ['test.access on a', 2],
    ['test.eviction on b', 2],
    ['test.access on c', 1],
  ]);
});
