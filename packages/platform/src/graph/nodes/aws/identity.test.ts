/** When identities and their keys were used last, by whoever tells; and what is not known is not said. */
import type { AnyFact } from '@firebreak/contract';
import { awsFactSchemas } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { iam, role, user, world } from '../../aws/cases/world.case.ts';
import identity from './identity.ts';
import credential from './user-credential.ts';

const source = { connector: 'test', locator: 'test' };
const app = iam('role/app');
const time = (day: number) => `2026-05-0${day}T00:00:00.000Z`;
function advisor(...days: readonly (number | undefined)[]): AnyFact {
  const data = awsFactSchemas['aws.last-accessed'].parse({
    Arn: app,
    ServicesLastAccessed: days.map((day, at) => ({
      ServiceNamespace: `s${at}`,
      ...(day === undefined ? {} : { LastAuthenticated: time(day) }),
    })),
  });
  return { id: `aws:LastAccessed/${app}`, kind: 'aws.last-accessed', data, source };
}
function trail(day: number, Region = 'eu-west-1'): AnyFact {
  const seen = { From: time(1), To: time(9), Events: 1, LastSeen: time(day) };
  const data = awsFactSchemas['aws.trail-use'].parse({ Arn: app, Region, ...seen });
  return { id: `aws:TrailUse/${Region}/${app}`, kind: 'aws.trail-use', data, source };
}
const lastUsed = (...facts: readonly AnyFact[]) => [...identity.derive(world(facts))][0]?.tenure?.lastUsed;

test('the latest of what IAM, access advisor and CloudTrail tell', () => {
  const used = role('app', [], [], { RoleLastUsed: { LastUsedDate: time(3) } });
  expect(lastUsed(used)).toBe(time(3));
  expect(lastUsed(used, advisor(2, undefined, 4))).toBe(time(4));
  expect(lastUsed(used, advisor(2), trail(5), trail(6, 'us-east-1'))).toBe(time(6));
});

test('never is said only where a record is kept and is empty', () => {
  expect(lastUsed(role('app', []))).toBeUndefined();
  expect(lastUsed(role('app', [], [], { RoleLastUsed: {} }))).toBe('never');
  expect(lastUsed(role('app', []), advisor(undefined))).toBe('never');
  // A report of nothing tells nothing, and CloudTrail tells of use alone.
  expect(lastUsed(role('app', []), advisor())).toBeUndefined();
  expect(lastUsed(role('app', [], [], { RoleLastUsed: {} }), trail(2))).toBe(time(2));
});

test('a key was never used only where AWS says so', () => {
  const keyOf = (key: object) => {
    const AccessKeys = [{ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active', ...key }];
    return [...credential.derive(world([user('ann', [], { AccessKeys })]))][0]?.tenure?.lastUsed;
  };
  expect(keyOf({})).toBeUndefined();
  expect(keyOf({ LastUsedService: 'N/A' })).toBe('never');
  expect(keyOf({ LastUsedService: 's3', LastUsedDate: time(2) })).toBe(time(2));
});
