import { expect, test } from 'vitest';
import { type ContextValue, conditionsOf } from './condition.ts';

const request: Readonly<Record<string, ContextValue>> = {
  'aws:username': { kind: 'values', values: ['ann'] },
  'aws:sourceip': { kind: 'values', values: ['203.0.113.7'] },
  'aws:tagkeys': { kind: 'values', values: ['team', 'cost'] },
  'aws:principalarn': { kind: 'values', values: ['arn:aws:iam::111122223333:role/a/b'] },
  'aws:currenttime': { kind: 'since', time: Date.UTC(2026, 0, 1), orAbsent: false },
  'aws:tokenissuetime': { kind: 'since', time: Date.UTC(2026, 0, 1), orAbsent: true },
  's3:max-keys': { kind: 'values', values: ['10'] },
  'aws:securetransport': { kind: 'values', values: ['true'] },
  'aws:multifactorauthpresent': { kind: 'unknown' },
};

/** Yes 2, maybe 1, no 0. */
function met(operator: string, key: string, wanted: unknown): number {
  const conditions = conditionsOf({ [operator]: { [key]: wanted } }, true);
  if (conditions === undefined) throw new Error('not a condition');
  const context = (name: string) => request[name] ?? { kind: 'absent' as const };
  const variables = (name: string) => {
    const value = context(name);
    return { text: value.kind === 'values' ? value.values[0] : undefined };
  };
  return Math.min(...conditions.map((condition) => condition.met(context, variables, () => {})));
}

test.each([
  ['StringEquals', 'aws:username', 'ann', 2],
  ['StringEquals', 'AWS:UserName', ['bob', 'ann'], 2],
  ['StringEquals', 'aws:username', 'An*', 0],
  ['StringEqualsIgnoreCase', 'aws:username', 'ANN', 2],
  ['StringLike', 'aws:username', 'a?n', 2],
  ['StringLike', 'aws:username', `$\{aws:username}`, 2],
  ['StringNotEquals', 'aws:username', ['bob', 'ann'], 0],
  ['StringNotLike', 'aws:username', 'b*', 2],
  // What is absent meets what is negated and nothing else, unless `IfExists`.
  ['StringEquals', 'aws:PrincipalTag/x', 'y', 0],
  ['StringNotEquals', 'aws:PrincipalTag/x', 'y', 2],
  ['StringEqualsIfExists', 'aws:PrincipalTag/x', 'y', 2],
  ['Null', 'aws:PrincipalTag/x', 'true', 2],
  ['Null', 'aws:username', true, 0],
  ['Null', 'aws:multifactorauthpresent', 'true', 1],
  ['ForAllValues:StringEquals', 'aws:TagKeys', ['team', 'cost', 'other'], 2],
  ['ForAllValues:StringEquals', 'aws:TagKeys', ['team'], 0],
  ['ForAnyValue:StringEquals', 'aws:TagKeys', ['team'], 2],
  ['ForAllValues:StringNotEquals', 'aws:TagKeys', ['team'], 0],
  ['ForAnyValue:StringNotEquals', 'aws:TagKeys', ['team'], 2],
  ['ForAllValues:StringEquals', 'aws:PrincipalTag/x', 'y', 2],
  ['ForAnyValue:StringEquals', 'aws:PrincipalTag/x', 'y', 0],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/a/*', 2],
  ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::111122223333:role/*', 2],
  ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/*', 2],
  ['NumericLessThanEquals', 's3:max-keys', 10, 2],
  ['NumericGreaterThan', 's3:max-keys', '10', 0],
  ['NumericEquals', 's3:max-keys', 'ten', 0],
  ['Bool', 'aws:SecureTransport', 'false', 0],
  ['Bool', 'aws:MultiFactorAuthPresent', 'true', 1],
  ['BoolIfExists', 'aws:MultiFactorAuthPresent', 'true', 1],
  ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '203.0.113.0/24'], 2],
  ['NotIpAddress', 'aws:SourceIp', '203.0.113.0/24', 0],
  ['IpAddress', 'aws:SourceIp', '2001:db8::/32', 0],
  ['BinaryEquals', 'aws:username', 'ann', 2],
  // The clock goes forward from what is known.
  ['DateGreaterThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z', 2],
  ['DateLessThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z', 0],
  ['DateLessThan', 'aws:CurrentTime', '2030-01-01T00:00:00Z', 1],
  ['DateNotEquals', 'aws:CurrentTime', '2020-01-01T00:00:00Z', 2],
  ['DateGreaterThan', 'aws:TokenIssueTime', '2020-01-01T00:00:00Z', 1],
  ['DateLessThan', 'aws:TokenIssueTime', '2020-01-01T00:00:00Z', 0],
  // An operator that nobody knows decides nothing.
  ['StringSounds', 'aws:username', 'ann', 1],
])('%s %s %j: %i', (operator, key, wanted, expected) => expect(met(operator, key, wanted)).toBe(expected));

test('a block of another shape is none', () => {
  expect(conditionsOf('x', true)).toBeUndefined();
  expect(conditionsOf({ StringEquals: { k: { v: 1 } } }, true)).toBeUndefined();
  expect(conditionsOf({ StringEquals: { k: [['v']] } }, true)).toBeUndefined();
});
