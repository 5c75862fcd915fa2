import type { GraphNode, Privileges } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { idOf, thing } from '../../graph/small-world.ts';
import { type LittleAction, littleAction, littleEstate } from '../testing/little-estate.case.ts';
import { observedUse } from './observed-use.ts';
import { outageOf, priceOf } from './price.ts';

const interrupting = {
  cost: 5,
  interrupts: [{ who: { kind: 'Thing', id: idOf('web'), name: 'web' }, what: 'It stops.', weight: 2 }],
};
function price(action: LittleAction, web: Partial<GraphNode> = {}, target: Partial<GraphNode> = {}) {
  const graph = littleEstate({ nodes: [thing('web', web), thing('key', target)], edges: [] });
  return priceOf(littleAction('test.pull', action), { of: 'key' }, graph, observedUse(graph));
}

test('without notes a price is what the action says, and its reasons add up', () => {
  const plain = price({ impact: interrupting });
  expect(plain).toMatchObject({ cost: 5, approvals: 1, interrupts: [{ weight: 2 }] });
  expect(plain.reasons).toEqual([
    { what: 'test.pull, by itself', points: 3 },
    { what: 'Thing web: It stops.', points: 2 },
  ]);
  expect(outageOf(plain)).toBe(2);
});

test('what the owner says of whoever is interrupted weighs', () => {
  const weight = (about: GraphNode['about']) =>
    price({ impact: interrupting }, about === undefined ? {} : { about }).interrupts[0]?.weight;
  expect(weight({ sla: 'gold' })).toBe(4);
  expect(weight({ sla: '99.95 % a month' })).toBe(4);
  expect(weight({ sla: '95 %' })).toBe(2);
  expect(weight({ sla: '720' })).toBe(2);
  expect(weight({ impact: 10 })).toBe(4);
  expect(weight({ impact: 0 })).toBe(0.4);
  expect(weight({ sensitivity: 'restricted' })).toBe(3.6);
  expect(weight({ sla: 'gold', impact: 10 })).toBe(8);
  expect(price({ impact: interrupting }, { about: { sla: 'gold' } }).reasons[1]?.what).toBe(
    'Thing web: It stops. (SLA gold ×2)',
  );
});

test('what is never used is hardly missed', () => {
  const unused = price({ impact: interrupting }, {}, { tenure: { lastUsed: 'never' } });
  expect(unused.interrupts[0]?.weight).toBe(0.5);
  expect(unused.reasons[1]?.what).toContain('never seen to be used');
  expect(price({ impact: interrupting }, {}, { tenure: { lastUsed: '2026-11-01T00:00:00Z' } }).cost).toBe(5);
});

test('what cannot be undone, needs two persons or takes long costs more', () => {
  expect(price({ undoable: false }).cost).toBe(1 + 10);
  expect(price({ undoable: false, stage: 'evidence' }).cost).toBe(1);
  expect(price({ drastic: true })).toMatchObject({ cost: 1 + 3, approvals: 2 });
  expect(price({ takes: 301 }).cost).toBe(1 + 2.01);
  expect(price({ takes: 59 })).toMatchObject({ cost: 1, takes: 59 });
  expect(price({ stage: 'eviction' }).takes).toBe(45);
  expect(price({ impact: { cost: 0, interrupts: [] } }).cost).toBeGreaterThan(0);
});

test('a record of use says what was observed; one holder that uses a grant is enough', () => {
  const graph = littleEstate({ nodes: [thing('a'), thing('b', { tenure: { lastUsed: 'never' } })], edges: [] });
  const row = (id: string, verdict: 'unused' | 'right-sized' | 'cannot-tell', used: 'used' | 'unused') => ({
    kind: 'Thing',
    id,
    name: id,
    verdict,
    why: '',
    granted: [{ what: '', object: 'grant', used }],
    proposals: [],
  });
  const record: Pick<Privileges, 'evidence' | 'identities'> = {
    evidence: [
      { source: 'audit.log', events: 3 },
      { source: 'empty.log', events: 0 },
    ],
    identities: [row('x', 'unused', 'unused'), row('y', 'right-sized', 'used'), row('z', 'cannot-tell', 'unused')],
  };
  const use = observedUse(graph, record);
  expect(use.sources).toEqual(['audit.log']);
  expect(['x', 'y', 'z', 'grant', idOf('a'), idOf('b')].map(use.of)).toEqual([
    'never-observed',
    'observed',
    'granted',
    'observed',
    'granted',
    'never-observed',
  ]);
});
