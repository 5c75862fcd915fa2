import { expect, test } from 'vitest';
import { idOf, thing } from '../graph/small-world.ts';
import { breakageOf } from './breakage.ts';
import { observedUse } from './price/observed-use.ts';
import { littleAction, littleEstate } from './testing/little-estate.case.ts';

const who = (name: string) => ({ kind: 'Thing', id: idOf(name), name });
const actions = [
  littleAction('test.revoke', {
    impact: {
      cost: 4,
      interrupts: [{ who: who('web'), what: 'It cannot sign in.', weight: 2 }],
    },
  }),
  littleAction('test.stop', { stage: 'eviction', drastic: true, impact: { cost: 20, interrupts: [] } }),
];
const graph = littleEstate({
  nodes: [
    thing('web', { about: { owner: 'shop', hosting: 'saas' }, tenure: { lastUsed: '2026-11-01' } }),
    thing('attacker'),
    thing('key'),
    thing('model'),
  ],
  edges: [
    { from: 'web', to: 'key', levers: ['test.stop web'], traverse: 'instant' },
    { from: 'attacker', to: 'key', traverse: 'hours' },
    { from: 'key', to: 'model', levers: ['test.revoke key'] },
  ],
});
const ask = (text: string) => breakageOf(graph, text, actions, observedUse(graph));

test('a node: who holds it, what it gives, and every way of taking it away with its price', () => {
  const { about, holders, gives, ways, evidence } = ask('Thing/key');
  expect(about).toMatchObject({ id: idOf('key') });
  // Who needs hours for it does not use it.
  expect(holders).toMatchObject([{ name: 'web', by: 'STEP_INSTANT', use: 'observed', owner: 'shop' }]);
  expect(gives.map(({ name }) => name)).toEqual(['model']);
  expect(ways.map(({ title, cost, severs }) => [title, cost, severs])).toEqual([
    ['test.revoke on key', 4, 1],
    ['test.stop on web', 23, 1],
  ]);
  expect(ways[0]?.interrupts).toMatchObject([{ who: { name: 'web' }, use: 'observed' }]);
  expect(ways[1]).toMatchObject({ drastic: true, approvals: 2 });
  expect(ways[1]?.ruledOut).toContain('vendor');
  for (const { cost, reasons } of ways)
    expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(cost, 5);
  expect(evidence).toEqual([]);
});

test('an action, by its words or by its key', () => {
  const { about, ways, holderCount } = ask('test.revoke of=key');
  expect(about).toMatchObject({ action: 'test.revoke', title: 'test.revoke on key' });
  expect(ways).toHaveLength(1);
  expect(ways[0]?.severs).toBe(1);
  expect(holderCount).toBe(1);
  expect(ask('test.revoke|{"of":"key"}').ways).toEqual(ways);
  expect(() => ask('test.revoke to=key')).toThrow('FB-USAGE');
  expect(() => ask('test.revoke key')).toThrow('FB-USAGE');
  expect(() => ask('nobody')).toThrow('FB-NODE-UNKNOWN');
});
