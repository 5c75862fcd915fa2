import { expect, test } from 'vitest';
import { columnTitles, huntAsked, huntSearch, narrowed } from './hunt-search.ts';

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

test('an address carries the whole question, and nothing that is none', () => {
  const whole = { q: 'actor = a', since: '2026-11-21T10:00', until: '2026-11-21T11:30', columns: 'address, raw."a,b"' };
  expect(huntSearch(whole)).toEqual(whole);
  expect(huntSearch({ since: 'yesterday', until: '2026-13-41T10:00', columns: ['a'] })).toEqual({});
  expect(huntAsked(whole)).toEqual({
    q: 'actor = a',
    since: '2026-11-21T10:00:00.000Z',
    until: '2026-11-21T11:30:59.999Z',
    columns: whole.columns,
  });
  expect(huntAsked({})).toEqual({ q: 'everything' });
  expect(columnTitles(whole.columns)).toEqual(['address', 'raw."a,b"']);
});
