/**
 * Access keys on moto's server, which looks at signatures when it is told to. The attacker is a client of their own with the whole key: the
 * probe, which has its id alone, must say what they get. moto lets an inactive key in, which AWS does not (InvalidClientTokenId there too).
 */
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientOptions, type Key, type Server, startServer } from '../actions/cases/server.case.ts';
import { region } from '../actions/cases/world.case.ts';
import aws from '../index.ts';
import probe from './access-key.ts';

const signal = new AbortController().signal;
const UserName = 'leaver';
let server: Server;
let iam: IAMClient;

async function newKey(of = UserName, client = iam): Promise<Key> {
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: of }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}
beforeAll(async () => {
  server = await startServer();
  await server.reset();
  const maker = new IAMClient(clientOptions(server.url));
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  for (const name of [UserName, 'responder']) await maker.send(new CreateUserCommand({ UserName: name }));
  await maker.send(new PutUserPolicyCommand({ UserName: 'responder', PolicyName: 'own', PolicyDocument }));
  const responder = await newKey('responder', maker);
  iam = new IAMClient(clientOptions(server.url, responder));
  vi.stubEnv('AWS_ACCESS_KEY_ID', responder.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', responder.secretAccessKey);
  await server.enforce();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

async function tried({ accessKeyId }: Key, given = accessKeyId, endpoint = server.url) {
  const session = await aws.connect(aws.parse(`regions=${region},endpoint=${endpoint}`), signal);
  const about = { node: `aws:AccessKey/${accessKeyId}`, kind: null };
  const verdict = await probe.probe({ session, about, secret: given, signal });
  await aws.close(session);
  return verdict.result;
}
const attack = (key: Key) =>
  new STSClient(clientOptions(server.url, key)).send(new GetCallerIdentityCommand({})).then(
    () => 'let in',
    (error: Error) => error.name,
  );

test('alive while it works for whoever has it, and dead once it is deleted', async () => {
  const key = await newKey();
  expect([await attack(key), await tried(key)]).toEqual(['let in', 'alive']);
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: key.accessKeyId }));
  expect([await attack(key), await tried(key)]).toEqual(['InvalidClientTokenId', 'dead']);
});

test('another key than the one in question, and an address that nobody answers at, tell nothing', async () => {
  const key = await newKey();
  expect(await tried(key, 'AKIAIOSFODNN7EXAMPLE')).toBe('cannot-tell');
  expect(await tried(key, key.secretAccessKey)).toBe('cannot-tell');
  expect(await tried(key, undefined, 'http://127.0.0.1:1')).toBe('cannot-tell');
});
