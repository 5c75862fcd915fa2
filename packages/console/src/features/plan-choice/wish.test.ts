import { expect, test } from 'vitest';
import { toggled, wishOf } from './wish.ts';

test('an address of anybody’s making gives a wish that is one', () => {
  expect(wishOf({ pin: 'a', forbid: [1, '', 'b', 'b', 'x'.repeat(2001)] })).toEqual({ forbid: ['b'] });
  expect(wishOf({ pin: Array.from({ length: 90 }, (_, i) => `lever ${i}`) }).pin).toHaveLength(40);
});

test('a wish is taken back by wishing it again, and what contradicts itself is left for the planner to say', () => {
  const pinned = toggled({}, 'pin', 'a');
  expect(toggled(pinned, 'forbid', 'a')).toEqual({ pin: ['a'], forbid: ['a'] });
  expect(toggled(pinned, 'pin', 'a')).toEqual({});
});
