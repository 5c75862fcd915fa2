import type { Race } from '@firebreak/contract/answers/race';
import { expect, test } from 'vitest';
import { race } from '../../../test/fake-planning.ts';
import { headline } from './race-words.ts';
import { scaleOf } from './scale.ts';

const [own, rival, forbidden] = race.orders;
if (own === undefined || rival === undefined || forbidden === undefined) throw new Error('the fake race has no orders');
const of = (...orders: Race['orders']): Race => ({ ...race, orders });
const by = (mean: number, spread: number) => ({ mean, low: mean - spread, high: mean + spread });

test('an order is called worse only where its interval leaves zero out', () => {
  expect(headline(of(own, { ...rival, difference: by(1, 0.5) }))).toContain('would lose 1.00 more');
  expect(headline(of(own, { ...rival, difference: by(1, 2) }))).toContain('no other order is told apart');
});

test('a better order that is allowed is said first; one that nobody may carry out is no rival', () => {
  expect(headline(of(own, { ...rival, difference: by(-2, 1) }))).toContain('lose 2.00 less');
  expect(headline(of(own, { ...forbidden, difference: by(-2, 1) }))).not.toContain('less');
});

test('the scale of a column holds every interval, and zero', () => {
  expect(scaleOf([by(4, 1), by(-2, 0.5)])).toEqual({ from: -2.5, to: 5 });
  expect(scaleOf([by(4, 1)])).toEqual({ from: 0, to: 5 });
});
