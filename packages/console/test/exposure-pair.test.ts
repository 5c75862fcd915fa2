/** What was opened in the matrix stays what it is when the matrix comes back in another order. */
import type { Exposure } from '@firebreak/contract/answers/exposure';
import { expect, test } from 'vitest';
import { cellOf, newest, pairAt } from '../src/features/exposure/pair.ts';

const matrix = (identities: readonly string[], assets: readonly string[], score = 1) =>
  ({
    identities: identities.map((id) => ({ id, score })),
    protected: assets.map((id) => ({ id, reachedBy: score })),
  }) as unknown as Exposure;

test('an opened pair is found by what it is and not by where it was', () => {
  const first = matrix(['a', 'b', 'c'], ['x', 'y']);
  const pair = pairAt(first, { identity: 1, asset: 0 });
  if (pair === null) throw new Error('there is a cell');
  const later = matrix(['c', 'b', 'a'], ['y', 'x'], 2);
  expect(cellOf(later, pair)).toEqual({ identity: 1, asset: 1 });
  expect(newest(later, pair)).toMatchObject({ identity: { id: 'b', score: 2 }, asset: { id: 'x', reachedBy: 2 } });
});

test('a pair that is not in the matrix any more has no place in it, and is still told of', () => {
  const pair = pairAt(matrix(['a', 'b'], ['x']), { identity: 1, asset: 0 });
  if (pair === null) throw new Error('there is a cell');
  const without = matrix(['a'], ['x']);
  expect(cellOf(without, pair)).toBeNull();
  expect(newest(without, pair)).toMatchObject({ identity: { id: 'b' }, asset: { id: 'x' } });
  expect(pairAt(without, { identity: 1, asset: 0 })).toBeNull();
});
