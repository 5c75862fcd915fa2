/**
 * An account from the first alarm to the last undo, by the command line alone: a stolen access key leads to the weights; the plan is
 * carried out on moto's server and taken back. moto has no policy simulator, so the result is `done-unproven`, and says so.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { PutBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { executionSchema, planSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  clientOptions,
  type Server,
  seed,
  startServer,
} from '../../packages/platform/src/connectors/aws/actions/cases/server.case.ts';
import { region } from '../../packages/platform/src/connectors/aws/actions/cases/world.case.ts';
import { firebreak, parsed } from './testing/firebreak.ts';

let server: Server;
let data: string;
let accessKey: string;

beforeAll(async () => {
  server = await startServer();
  await server.reset();
  accessKey = (await seed(server.url)).ids.accessKey;
  const TagSet = [{ Key: 'firebreak.dev/crown-jewel', Value: 'the weights' }];
  const s3 = new S3Client({ ...clientOptions(server.url), forcePathStyle: true });
  await s3.send(new PutBucketTaggingCommand({ Bucket: 'acme-actions-models', Tagging: { TagSet } }));
  data = await mkdtemp(join(tmpdir(), 'firebreak-aws-'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'responder');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'responder');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

test('planned, carried out, and taken back', async () => {
  const from = ['--from', `aws:regions=${region},endpoint=${server.url}`];
  const status = async () => {
    const iam = new IAMClient(clientOptions(server.url));
    return (await iam.send(new ListAccessKeysCommand({ UserName: 'ci' }))).AccessKeyMetadata?.[0]?.Status;
  };
  const wish = [
    '--compromised',
    `aws:AccessKey/${accessKey}`,
    '--protect',
    'id=aws:Bucket/arn:aws:s3:::acme-actions-models',
  ];
  const planned = await firebreak('plan', ...from, ...wish, '--json');
  const plan = parsed(planSchema, planned.code ?? 1, planned);
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual(['aws.deactivate-access-key']);
  const file = join(data, 'plan.json');
  await writeFile(file, JSON.stringify(plan));

  expect((await firebreak('contain', file, ...from, '--data', data)).stdout).toContain('iam UpdateAccessKey');
  expect(await status()).toBe('Active');

  const ended = await firebreak('contain', file, ...from, '--data', data, '--approve', '--json');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(execution.steps.map(({ state }) => state)).toEqual(['done']);
  // Without signatures looked at, moto answers whoever asks in the name of the key.
  expect(execution.steps.flatMap(({ probes }) => probes).map(({ result }) => result)).toEqual(['cannot-tell']);
  expect(await status()).toBe('Inactive');

  const undone = await firebreak('undo', execution.incident, ...from, '--data', data);
  expect(undone.stdout + undone.stderr).toContain('undone');
  expect(await status()).toBe('Active');
});
