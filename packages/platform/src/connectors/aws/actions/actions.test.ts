import { readdirSync } from 'node:fs';
import { FirebreakError, lever } from '@firebreak/contract';
import { expect, test } from 'vitest';
import aws from '../index.ts';
import { memoryIds, memoryWorld } from './cases/memory-account.case.ts';
import { suite } from './cases/suite.case.ts';
import { account, cases, iam } from './cases/world.case.ts';
import { actions } from './index.ts';

suite({ name: 'memory', make: async () => memoryWorld() });

const signal = new AbortController().signal;

test('every action is in its own file, is named like it, and has a case', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `aws.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual(files.sort());
});

test('what an action needs is printed as a policy: an IAM action and the resources that it is about', () => {
  for (const { id, permissions } of actions) {
    expect(permissions.length, id).toBeGreaterThan(0);
    for (const permission of permissions) expect(permission, id).toMatch(/^[a-z0-9-]+:[A-Za-z]+ (\*|arn:\S+)$/);
    const printed = JSON.parse(aws.permissions([id])) as { Statement: { Action: string[] }[] };
    const acting = printed.Statement.slice(1).flatMap(({ Action }) => Action);
    expect(acting.sort()).toEqual([...new Set(permissions)].map((each) => each.split(' ')[0]).sort());
  }
});

test('a file, another account and our own identity are refused before anything is asked', async () => {
  const { control: _, ...files } = memoryWorld().session;
  for (const each of cases) {
    const action = actions.find(({ id }) => id === each.action);
    const params: unknown = action?.params.parse(each.params(memoryIds));
    const attempt = { session: files, signal, key: 'test' };
    await expect(action?.read(attempt, params)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
    expect(await action?.apply(attempt, params, {})).toMatchObject({ outcome: 'refused', code: 'FB-SOURCE-READ-ONLY' });
  }
  const quarantine = actions.find(({ id }) => id === 'aws.quarantine-identity');
  const elsewhere = quarantine?.params.parse({ account: '210987654321', arn: 'arn:aws:iam::210987654321:user/ci' });
  const attempt = { session: memoryWorld().session, signal, key: 'test' };
  await expect(quarantine?.read(attempt, elsewhere)).rejects.toBeInstanceOf(FirebreakError);
  await expect(quarantine?.read(attempt, elsewhere)).rejects.toMatchObject({ code: 'FB-AWS-OTHER-ACCOUNT' });
  expect(aws.answersFor?.(attempt.session, { account })).toBe(true);
  expect(aws.answersFor?.(attempt.session, elsewhere)).toBe(false);

  const ourselves = { ...attempt, session: memoryWorld('user/ci').session };
  const params: unknown = quarantine?.params.parse({ account, arn: iam('user/ci') });
  const before = (await quarantine?.read(ourselves, params))?.record;
  expect(quarantine?.preview(params, before)).toEqual([]);
  expect(await quarantine?.apply(ourselves, params, before)).toMatchObject({ code: 'FB-STEP-REFUSED' });
});

test('parameters name one thing of one account, to the letter', () => {
  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['aws.quarantine-identity', { account, arn: 'arn:aws:iam::210987654321:user/ci' }],
    ['aws.quarantine-identity', { account, arn: iam('group/builders') }],
    ['aws.quarantine-identity', { account: '1', arn: iam('user/ci') }],
    ['aws.revoke-sessions', { account, arn: iam('user/ci') }],
    ['aws.deny-permission', { account, arn: iam('user/ci'), actions: [], resources: ['*'] }],
    ['aws.deny-bedrock', { account, arn: iam('user/ci'), resource: 'arn:aws:s3:::x' }],
    ['aws.narrow-managed-policy', { account, arn: 'arn:aws:iam::aws:policy/AdministratorAccess', statement: {} }],
    ['aws.block-public-bucket', { account, arn: 'arn:aws:s3:::bucket/key' }],
    ['aws.lambda-concurrency-zero', { account, arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f:PROD' }],
    ['aws.isolate-instance', { account, arn: 'arn:aws:ec2:eu-west-1:123456789012:instance/../x' }],
  ];
  for (const [id, params] of refused) {
    const action = actions.find((each) => each.id === id);
    expect(action?.params.safeParse(params).success, `${id} ${JSON.stringify(params)}`).toBe(false);
  }
  for (const each of cases) {
    const action = actions.find(({ id }) => id === each.action);
    const params = each.params(memoryIds);
    const parsed: unknown = action?.params.parse(params);
    expect(lever(each.action, parsed as Record<string, unknown>)).toEqual(lever(each.action, params));
    expect(action?.target(parsed).id).toMatch(/^aws:/);
    expect(action?.describe(parsed)).toMatch(/\.$/);
  }
});
