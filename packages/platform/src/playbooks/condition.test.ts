import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from './condition.ts';

const variables = new Map<string, string | null>([
  ['__who__', 'ann'],
  ['__count__', '12'],
  ['__open__', null],
  ['__yes__', 'true'],
]);
const told = (condition: string) => decide(condition, variables);

test.each([
  ["__who__:value = 'ann'", true],
  ["[__who__:value == 'ben']", false],
  ["__who__:value != 'ben' AND __count__:value >= 12", true],
  ['NOT (__count__:value < 13) OR __yes__:value = true', true],
  ["__who__:value IN ('ben', 'ann')", true],
  ["__who__:value IN ('ben')", false],
  ["__open__:value = 'x'", undefined],
  ["__open__:value = 'x' AND __who__:value = 'ben'", false],
  ["__open__:value = 'x' OR __who__:value = 'ann'", true],
  ["NOT __open__:value = 'x'", undefined],
  ["__count__:value > 'ann'", undefined],
  ["[ipv4-addr:value = '1.2.3.4']", undefined],
  ["[file:hashes.'SHA-256' = 'x'] FOLLOWEDBY [a:b = 'c']", undefined],
  ['', undefined],
  ["__who__:value = 'ann' trailing", undefined],
  [`${'('.repeat(500)}1 = 1${')'.repeat(500)}`, undefined],
])('%s', (condition, result) => {
  expect(told(condition)).toBe(result);
});

test('whatever is written, it is decided or it is not', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect([true, false, undefined]).toContain(told(text));
    }),
  );
});
