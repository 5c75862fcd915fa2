import { expect, test } from 'vitest';
import { lever } from './lever.ts';

test('equal parameters make one lever, however deep their keys are shuffled', () => {
  const one = lever('x.y', { subject: { name: 'a', kind: 'User' }, list: [{ b: 1, a: 2 }] });
  const other = lever('x.y', { list: [{ a: 2, b: 1 }], subject: { kind: 'User', name: 'a' } });
  expect(other).toEqual(one);
  expect(other.key).toBe(one.key);
  expect(lever('x.y', { list: [2, 1] }).key).not.toBe(lever('x.y', { list: [1, 2] }).key);
});
