/**
 * The actions against moto's server, with the same cases as in memory, and with what only a server can show: that an attacker's own
 * requests, signed with their own credentials, are answered before, refused after, and answered again after undo. moto looks at
 * signatures, identity policies and trust policies when it is told to; what it does not apply is named where it is met.
 */
import { IAMClient, ListUsersCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import aws from '../index.ts';
import { clientOptions, freshSecret, type Key, type Server, seed, startServer } from './cases/server.case.ts';
import { suite } from './cases/suite.case.ts';
import { account, bucketArn, type Ids, iam, region, trustOne, useAll, type World } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
let server: Server;
let made: { ids: Omit<Ids, 'secret'>; ciKey: Key; adminKey: Key };
let worlds = 0;

const open = () => aws.connect(aws.parse(`regions=${region},endpoint=${server.url}`), signal);

beforeAll(async () => {
  server = await startServer();
  await server.reset();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'responder');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'responder');
  made = await seed(server.url);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

suite({
  name: 'server',
  make: async (fresh): Promise<World> => {
    worlds += 1;
    const session = await open();
    if (session.control === undefined) throw new Error('a live session has no control');
    if (fresh === true) {
      await server.reset();
      made = await seed(server.url);
    }
    const secret = await freshSecret(server.url, worlds);
    return { session: { ...session, control: session.control }, ids: { ...made.ids, secret } };
  },
});

describe('with signatures and policies looked at', () => {
  const ci = { account, arn: iam('user/ci') };
  const deployer = { account, arn: iam('role/deployer') };
  const asCi = () => clientOptions(server.url, made.ciKey);
  const list = (key: Key) =>
    new S3Client({ ...clientOptions(server.url, key), forcePathStyle: true }).send(
      new ListObjectsV2Command({ Bucket: 'acme-actions-models' }),
    );
  const assume = async () => {
    const command = new AssumeRoleCommand({ RoleArn: deployer.arn, RoleSessionName: 'attack' });
    return (await new STSClient(asCi()).send(command)).Credentials;
  };
  const sessionList = async (credentials: Awaited<ReturnType<typeof assume>>) => {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials ?? {};
    const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return await list(key);
  };
  const listUsers = () => new IAMClient(asCi()).send(new ListUsersCommand({}));
  let stolen: Awaited<ReturnType<typeof assume>>;

  beforeAll(async () => {
    await server.reset();
    made = await seed(server.url);
    // moto stumbles over trust policies that name a service, and takes a deny in one for an allow.
    const maker = new IAMClient(clientOptions(server.url));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trustOne] });
    await maker.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deployer', PolicyDocument }));
    await server.enforce();
    vi.stubEnv('AWS_ACCESS_KEY_ID', made.adminKey.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', made.adminKey.secretAccessKey);
    stolen = await assume();
  });

  /** What an attacker does, the step that stops it, and what goes on all the while. */
  const attacks: readonly {
    readonly action: string;
    readonly params: () => Record<string, unknown>;
    readonly attack: () => Promise<unknown>;
    readonly goesOn?: () => Promise<unknown>;
  }[] = [
    { action: 'aws.quarantine-identity', params: () => ci, attack: () => list(made.ciKey) },
    { action: 'aws.quarantine-identity', params: () => deployer, attack: () => sessionList(stolen) },
    { action: 'aws.revoke-sessions', params: () => deployer, attack: () => sessionList(stolen) },
    {
      action: 'aws.deny-permission',
      params: () => ({ ...ci, actions: ['s3:*'], resources: [bucketArn, `${bucketArn}/*`] }),
      attack: () => list(made.ciKey),
      goesOn: listUsers,
    },
    {
      action: 'aws.narrow-inline-policy',
      params: () => ({ ...ci, policy: 'own', statement: useAll }),
      attack: () => list(made.ciKey),
    },
    {
      action: 'aws.cut-trust',
      params: () => ({ ...deployer, cut: { by: 'principal', type: 'AWS', name: iam('user/ci') } }),
      attack: assume,
      goesOn: () => sessionList(stolen),
    },
  ];

  test.each(attacks)('$action: the attacker gets through before, not after, and again after undo', async (each) => {
    const action = actions.find(({ id }) => id === each.action);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${each.action}`);
    const session = await open();
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse(each.params());
    await each.attack();
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    await expect(each.attack()).rejects.toMatchObject({ name: expect.stringMatching(/AccessDenied/) });
    await each.goesOn?.();
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    await each.attack();
    await aws.close(session);
  });

  test('a managed policy, detached or narrowed, takes from the role what it gave', async () => {
    // The role's inline policy gives everything as well: without it, only the managed one is left.
    const take = { ...deployer, policy: 'own', statement: useAll };
    const session = await open();
    const attempt = { session, signal, key: 'test' };
    const narrow = actions.find(({ id }) => id === 'aws.narrow-inline-policy');
    const own = await narrow?.read(attempt, take);
    expect(await narrow?.apply(attempt, take, own?.record)).toEqual({ outcome: 'done' });
    for (const [id, params] of [
      ['aws.detach-policy', { ...deployer, policy: iam('policy/deploy') }],
      ['aws.narrow-managed-policy', { account, arn: iam('policy/deploy'), statement: useAll }],
    ] as const) {
      const action = actions.find((each) => each.id === id);
      if (action?.reversal.kind !== 'restore') throw new Error(`no action ${id}`);
      await sessionList(stolen);
      const before = await action.read(attempt, params);
      expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
      await expect(sessionList(stolen)).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
      await sessionList(stolen);
    }
    await aws.close(session);
  });

  test('a credential without the right is refused, and nothing changes', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', made.ciKey.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', made.ciKey.secretAccessKey);
    const session = await open();
    const attempt = { session, signal, key: 'test' };
    const quarantine = actions.find(({ id }) => id === 'aws.quarantine-identity');
    const before = await quarantine?.read(attempt, deployer).catch((error: unknown) => error);
    // It may list policies and not read or write them.
    const outcome = await quarantine?.apply(attempt, deployer, Object(before).record ?? {});
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'FB-AWS-FORBIDDEN', retryable: false });
    await aws.close(session);
  });

  test('the probe of a key tells it from none', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', made.adminKey.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', made.adminKey.secretAccessKey);
    const session = await open();
    const attempt = { session, signal, key: 'test' };
    const deactivate = actions.find(({ id }) => id === 'aws.deactivate-access-key');
    const probe = async (accessKeyId: string) =>
      (await deactivate?.probe(attempt, { ...ci, accessKeyId }, { record: {} }))?.map(({ result }) => result);
    expect(await probe(made.ciKey.accessKeyId)).toEqual(['fails']);
    expect(await probe('AKIAIOSFODNN7EXAMPLE')).toEqual(['holds']);
    await aws.close(session);
  });
});
