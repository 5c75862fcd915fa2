/** Policies that nobody writes by hand, read whole: the answer comes, and it is the right one. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { allow, iam, role, user, world } from '../../aws/cases/world.case.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const trusts = (...names: readonly string[]) => ({
  Effect: 'Allow',
  Principal: { AWS: names.map((name) => iam(`role/${name}`)) },
  Action: 'sts:AssumeRole',
});
const bucket = (number: number): AnyFact => ({
  id: `aws:Bucket/arn:aws:s3:::b${number}`,
  kind: 'aws.bucket',
  data: { Arn: `arn:aws:s3:::b${number}`, Name: `b${number}`, AccountId: '111122223333', Tags: [] },
  source: { connector: 'test', locator: 'test' },
});

function steps(facts: readonly AnyFact[], ...labels: readonly string[]): readonly string[] {
  const graph = deriveGraph(world(facts), nodeRules, edgeRules);
  return [...graph.liveEdges()]
    .filter(({ type }) => labels.includes(type))
    .map(({ from, to }) => `${from.replace(/^.*[/:]/, '')} -> ${to.replace(/^.*[/:]/, '')}`)
    .sort();
}

test('ten thousand statements over a hundred buckets: exactly those that they name', { timeout: 60_000 }, () => {
  const statements = Array.from({ length: 10_000 }, (_, number) =>
    allow([`s3:Get${number % 7}*`, 's3:GetObject'], `arn:aws:s3:::b${number * 3}/*`),
  );
  const denied = { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::b6/*' };
  const facts = [...Array.from({ length: 100 }, (_, number) => bucket(number)), user('ann', [...statements, denied])];
  const named = Array.from({ length: 34 }, (_, number) => `ann -> b${number * 3}`).filter(
    (each) => each !== 'ann -> b6',
  );
  expect(steps(facts, 'BUCKET_READ')).toEqual(named.sort());
});

test('wildcards that explode in every way of matching them', () => {
  const stars = '*a'.repeat(800);
  const questions = '?*'.repeat(800);
  const facts = [
    ...Array.from({ length: 40 }, (_, number) => bucket(number)),
    user('ann', [
      allow([`s3:${stars}`, `${questions}`, 's3:G*t*O*b*j*e*c*t*'], [`arn:aws:s3:::${stars}`, 'arn:*:*:*:*:b7/*']),
      { Effect: 'Deny', NotAction: [`${stars}b`, 's3:*'], NotResource: [`${stars}b`] },
    ]),
  ];
  expect(steps(facts, 'BUCKET_READ')).toEqual(['ann -> b7']);
});

test('a thousand roles that trust each other in a circle, and each its neighbours back', { timeout: 60_000 }, () => {
  const length = 1000;
  const at = (number: number) => `r${(number + length) % length}`;
  const circle = Array.from({ length }, (_, number) =>
    role(
      at(number),
      [trusts(at(number - 1), at(number + 1), at(number))],
      [allow('sts:AssumeRole', [iam(`role/${at(number + 1)}`)])],
    ),
  );
  const graph = deriveGraph(world(circle), nodeRules, edgeRules);
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.liveEdges()) next.set(from, [...(next.get(from) ?? []), to]);
  const seen = new Set([`aws:Role/${iam('role/r0')}`]);
  for (const id of seen) for (const to of next.get(id) ?? []) seen.add(to);
  expect(seen.size).toBe(length);
  // A role named by a trust policy of its own account needs no permission, and nobody gains by being itself.
  const pairs = [...next].flatMap(([from, to]) => (seen.has(from) ? [...new Set(to)].map((each) => [from, each]) : []));
  expect(pairs).toHaveLength(2 * length);
  expect(pairs.filter(([from, to]) => from === to)).toEqual([]);
});
