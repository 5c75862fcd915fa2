import { expect, test } from 'vitest';
import { linkIn } from './link.ts';

test('the link is found in an address, in its hash and on its own', () => {
  expect(linkIn('http://127.0.0.1:7400/sign-in#link=aB3_-xyz1234')).toBe('aB3_-xyz1234');
  expect(linkIn('#link=aB3_-xyz1234')).toBe('aB3_-xyz1234');
  expect(linkIn('  aB3_-xyz1234\n')).toBe('aB3_-xyz1234');
});

test('nothing is made up', () => {
  expect(linkIn('')).toBeNull();
  expect(linkIn('#link=')).toBeNull();
  expect(linkIn('http://127.0.0.1:7400/sign-in')).toBeNull();
  expect(linkIn('some words')).toBeNull();
});
