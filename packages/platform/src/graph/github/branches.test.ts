import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPattern } from './branches.ts';

test.each([
  ['main', 'main', true],
  ['main', 'mainx', false],
  ['release/*', 'release/1', true],
  ['release/*', 'release/1/2', false],
  ['release/**', 'release/1/2', true],
  ['**', 'a/b', true],
  ['*', 'a/b', false],
  ['v?', 'v1', true],
  ['v?', 'v/', false],
  ['*/x', 'a/x', true],
  ['', '', true],
])('%s matches %s: %j', (pattern, name, matches) => expect(matchesPattern(pattern, name)).toBe(matches));

test('property: the same as the regular expression that it stands for', () => {
  const letters = fc.constantFrom('a', 'b', '/');
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, fc.string({ unit: letters, maxLength: 10 }), (text, name) => {
      const written = text
        .replace(/\*{2,}/g, '\0')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')
        .replaceAll('\0', '.*');
      expect(matchesPattern(text, name)).toBe(new RegExp(`^${written}$`, 's').test(name));
    }),
    { numRuns: 2000 },
  );
});
