import { expect, test } from 'vitest';
import { missingEntries } from './gapless.ts';

test('a left-out entry shows', () => {
  expect(missingEntries([0, 1, 3])).toEqual([2]);
  expect(missingEntries([1, 2])).toEqual([0]);
});

test('a whole series in any order is whole', () => {
  expect(missingEntries([])).toEqual([]);
  expect(missingEntries([2, 0, 1])).toEqual([]);
});

test('a hostile number does not make it run long', () => {
  expect(missingEntries([0, Number.MAX_SAFE_INTEGER])).toHaveLength(20);
});
