import { expect, test } from 'vitest';
import { huntSearch, narrowed } from './hunt-search.ts';

test('a value narrows all of a query, and has no end or wildcard of its own', () => {
  expect(narrowed('everything', 'actor', 'a')).toBe('actor = "a"');
  expect(narrowed('outcome = refused', 'actor', 'a*"b')).toBe('outcome = refused and actor = "a\\*\\"b"');
  expect(narrowed('actor = a or actor = b', 'address', '::1')).toBe('(actor = a or actor = b) and address = "::1"');
  expect(narrowed('actor = a; actor = b', 'format', 'x')).toBe('(actor = a; actor = b) and format = "x"');
});

test('an address without a question asks none', () => {
  expect(huntSearch({ q: '  ' })).toEqual({});
  expect(huntSearch({ q: 4 })).toEqual({});
});
