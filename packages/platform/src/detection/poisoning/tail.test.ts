/** Against sums of the terms, and the error function, in Python. */
import { expect, test } from 'vitest';
import { normalTail, poissonTail, shareAbove, signTail } from './tail.ts';

test.each([
  [0, 3, 1],
  [3, 3, 0.5768099188731565],
  [10, 3, 0.00110248813011548],
  [40, 10, 7.341636314560689e-13],
  [1, 1e-9, 9.999999995e-10],
])('at least %i where %d are expected', (count, mean, chance) => {
  expect(poissonTail(count, mean) / chance).toBeCloseTo(1, 6);
});
test.each([
  [5, 5, 1 / 32],
  [0, 7, 1],
  [8, 10, 56 / 1024],
])('%i of %i on one side', (more, all, chance) => {
  expect(signTail(more, all)).toBeCloseTo(chance, 10);
});
test.each([
  [0, 0.5],
  [1.96, 0.024997895148220435],
  [-1, 0.8413447460685429],
  [6, 9.865876450376946e-10],
])('a standard normal number above %d', (z, chance) => {
  expect(normalTail(z) / chance).toBeCloseTo(1, 6);
});
test('equal shares are no evidence, and neither is nothing', () => {
  expect(shareAbove(5, 100, 50, 1000)).toBeCloseTo(0.5, 6);
  expect(shareAbove(0, 0, 1, 10)).toBe(1);
  expect(shareAbove(0, 10, 0, 10)).toBe(1);
});
