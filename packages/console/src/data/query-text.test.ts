import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeQuery, idIs, isQuery, quoted } from './query-text.ts';

test('nothing typed and nothing picked asks for everything', () => {
  expect(composeQuery('  ', {})).toEqual({ query: 'everything', typedAt: null });
});

test('a part of a name is looked for in ids, with its wildcards and without letting it be more', () => {
  expect(composeQuery('predictor', {}).query).toBe('id = "*predictor*"');
  expect(composeQuery('ml-*/a\\b', {}).query).toBe('id = "*ml-*/a\\\\b*"');
  expect(isQuery('x" or everything')).toBe(true);
});

test('a query stays as typed, and where it stands is known', () => {
  expect(composeQuery('class = model', {})).toEqual({ query: 'class = model', typedAt: 0 });
  const composed = composeQuery('class = model or jewel', { owner: ['ml "team"'], hosting: ['', 'saas'] });
  expect(composed.query).toBe(
    '(class = model or jewel) and owner in ("ml \\"team\\"") and (hosting in ("saas") or not hosting)',
  );
  expect(composed.query.slice(composed.typedAt ?? -1)).toMatch(/^class = model/);
});

test('a quoted value has no end, wildcard or escape of its own', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const inner = quoted(value).slice(1, -1);
      expect(inner.replace(/\\["\\*]/g, '')).not.toMatch(/["\\*]/);
      expect(inner.replace(/\\(["\\*])/g, '$1')).toBe(value);
      expect(idIs(value)).toBe(`id = ${quoted(value)}`);
    }),
  );
});
