import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches, globOf, wildcards } from './glob.ts';
import { covers, meet } from './overlap.ts';

test.each([
  ['s3:Get*', 's3:*Object', true],
  ['s3:Get*', 's3:Put*', false],
  ['sts:AssumeRole', 'sts:*', true],
  ['sts:AssumeRole', 'sts:AssumeRole*', true],
  ['sts:AssumeRole', 'sts:AssumeRole?', false],
  ['a?c', '?b?', true],
  ['*', 'iam:*', true],
])('%s and %s', (one, other, expected) => {
  expect(meet(one, other)).toBe(expected);
  expect(meet(other, one)).toBe(expected);
});

test('a pattern covers what means less', () => {
  expect(covers('s3:*', 's3:Get*')).toBe(true);
  expect(covers('s3:Get*', 's3:*')).toBe(false);
  expect(covers('s3:Get?', 's3:Get*')).toBe(false);
  expect(covers('s3:Get*', 's3:Ge*')).toBe(false);
});

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
const texts = ['', 'a', 'b'].flatMap((one) =>
  ['', 'a', 'b', 'ab', 'ba', 'aa', 'bb'].map((two) => `${one}${two}${one}`),
);
const means = (source: string, text: string) => globMatches(globOf(wildcards(source)), text);

test('property: what means one text meets, and what covers means it as well', () => {
  fc.assert(
    fc.property(pattern, pattern, fc.constantFrom(...texts), (one, other, text) => {
      if (means(one, text) && means(other, text)) expect(meet(one, other)).toBe(true);
      if (covers(one, other) && means(other, text)) expect(means(one, text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('property: what meets nowhere among all short texts and has no star does not meet', () => {
  const fixed = fc.string({ unit: fc.constantFrom('a', 'b', '?'), minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fixed, fixed, (one, other) => {
      const some = ['aa', 'ab', 'ba', 'bb'].some((text) => means(one, text) && means(other, text));
      // A hole may also be a letter that is none of these, but then in both.
      expect(meet(one, other)).toBe(some);
    }),
  );
});
