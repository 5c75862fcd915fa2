import { expect, test } from 'vitest';
import { newId } from './id.ts';

test('an id is its prefix and 20 characters of lower-case base32', () => {
  expect(newId('inc')).toMatch(/^inc_[a-z2-7]{20}$/);
});

test('ids do not repeat, and every letter of the alphabet occurs', () => {
  const ids = Array.from({ length: 2000 }, () => newId('x'));
  expect(new Set(ids).size).toBe(2000);
  expect(new Set(ids.join('').replaceAll('x_', '')).size).toBe(32);
});
