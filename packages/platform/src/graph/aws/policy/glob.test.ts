import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatches, globOf, wildcards } from './glob.ts';
import { arnPatternOf, patternOf } from './pattern.ts';

const matches = (pattern: string, text: string) => globMatches(globOf(wildcards(pattern)), text);

/** The definition itself, by recursion: fit only for short texts. */
function naive(pattern: string, text: string): boolean {
  const [first] = pattern;
  if (first === undefined) return text === '';
  if (first === '*') return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && naive(pattern.slice(1), text.slice(1));
}

test('a glob matches what its definition matches', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 9 }).map((parts) => parts.join(''));
  const words = fc.array(fc.constantFrom('a', 'b'), { maxLength: 9 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(letters, words, (pattern, text) => matches(pattern, text) === naive(pattern, text)),
    { numRuns: 2000 },
  );
});

test('a pattern of ten thousand stars is answered', () => {
  expect(matches(`${'a*'.repeat(10_000)}b`, 'a'.repeat(20_000))).toBe(false);
  expect(matches(`${'*a?'.repeat(2000)}*`, 'a'.repeat(3000))).toBe(false);
});

const nothing = () => {};
/** A policy variable as it is written. */
const variable = (inner: string) => `$\{${inner}}`;
const values = (known: Readonly<Record<string, string>>) => (key: string) => ({ text: known[key] });
const arn = (pattern: string, text: string, known: Readonly<Record<string, string>> = {}) =>
  arnPatternOf(pattern, true).matches(text, values(known), nothing) === 2;

test.each([
  ['*', 'arn:aws:s3:::b/k', true],
  ['*', '*', true],
  ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/k:1/x', true],
  ['arn:aws:s3:::b*', 'arn:aws:s3:::b/k', true],
  ['arn:aws:s3:::b', 'arn:aws:s3:::B', false],
  ['arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/x', true],
  // A star stays in its own part between the colons, and no part is skipped.
  ['arn:aws:*:role/x', 'arn:aws:iam::111122223333:role/x', false],
  ['arn:aws:sqs', 'arn:aws:sqs:eu-west-1:1:q', true],
  ['arn:aws:s3:::b/*', '*', false],
  ['arn:aws:iam::1:user/?', 'arn:aws:iam::1:user/ab', false],
])('%s and %s: %s', (pattern, text, expected) => expect(arn(pattern, text)).toBe(expected));

test('the value of a variable is literal, and a variable without value matches nothing', () => {
  const own = `arn:aws:iam::1:user/${variable('aws:username')}`;
  expect(arn(own, 'arn:aws:iam::1:user/ann', { 'aws:username': 'ann' })).toBe(true);
  expect(arn(own, 'arn:aws:iam::1:user/ann', { 'aws:username': '*' })).toBe(false);
  expect(arn(own, 'arn:aws:iam::1:user/ann')).toBe(false);
  expect(arn(`arn:aws:s3:::b/${variable("aws:PrincipalTag/team, 'shared'")}/*`, 'arn:aws:s3:::b/shared/x')).toBe(true);
  expect(arn(`arn:aws:s3:::b/${variable('*')}`, 'arn:aws:s3:::b/*')).toBe(true);
  expect(arn(`arn:aws:s3:::b/${variable('*')}`, 'arn:aws:s3:::b/x')).toBe(false);
  // Older documents know no variables.
  expect(arnPatternOf(own, false).matches(`arn:aws:iam::1:user/${variable('aws:username')}`, values({}), nothing)).toBe(
    2,
  );
  const unknown = arnPatternOf(own, true).matches('arn:aws:iam::1:user/ann', () => 'unknown', nothing);
  expect(unknown).toBe(1);
});

test('actions have no case', () => {
  const action = patternOf('S3:Get*', { variables: false, wild: true, fold: true });
  expect(action.matches('s3:getobject', values({}), nothing)).toBe(2);
});
