/**
 * What is too large to copy is evidence by reference: with its digest, the reason, and, where the place can do it, a lock there that
 * not even its owner opens before the date. And files that only claim to be large.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type SnapshotPiece, snapshotSubject } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import folderSnapshot from '../../packages/platform/src/connectors/data/snapshots/folder.ts';
import prefix from '../../packages/platform/src/connectors/data/snapshots/prefix.ts';
import { folderStore } from '../../packages/platform/src/evidence/stores/folder.ts';
import { openTestVault } from '../../packages/platform/src/evidence/testing/vault.case.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const { FIREBREAK_S3_URL: endpoint = '', FIREBREAK_S3_KEY = '', FIREBREAK_S3_SECRET = '' } = process.env;
const megabyte = 1024 * 1024;
const bucket = `by-reference-${process.pid}`;
const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'firebreak-by-reference-'));
const credentials = { accessKeyId: FIREBREAK_S3_KEY, secretAccessKey: FIREBREAK_S3_SECRET };
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
const weights = randomBytes(3 * megabyte);

beforeAll(async () => {
  if (endpoint === '') throw new Error('FIREBREAK_S3_URL must name the peer.');
  process.env.AWS_ENDPOINT_URL_S3 = endpoint;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = FIREBREAK_S3_KEY;
  process.env.AWS_SECRET_ACCESS_KEY = FIREBREAK_S3_SECRET;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  for (const [Key, Body] of [
    ['model/weights', weights],
    ['model/card.json', Buffer.from('{"name":"fraud"}')],
  ] as const)
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ChecksumAlgorithm: 'SHA256' }));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

type Take = (signal: AbortSignal) => AsyncIterable<SnapshotPiece>;

async function taken(take: Take, largestBytes: number, retainUntil?: Date) {
  const store = folderStore('local', await mkdtemp(join(folder, 'store-')));
  const place = await openTestVault(await server.database(), [store], take, { largestBytes });
  const never = new AbortController().signal;
  try {
    const request = { subject: 'test:Thing/x', incident: null, by: 'ada', reason: 'before the rollback', retainUntil };
    const snapshot = await (await place.vault.begin(request, never)).ended;
    return { snapshot, pieces: (await place.vault.show(snapshot.id)).pieces, entries: await place.entries() };
  } finally {
    await place.close();
  }
}

function subjectOf(text: string) {
  const subject = snapshotSubject(text);
  if (subject === undefined) throw new Error('no subject');
  return subject;
}
const session = { folders: 'any' } as const;

test('an object above the limit stays in its bucket: digest, reason, and a lock that its owner cannot open', async () => {
  // The server counts days from its own clock, and so do we.
  const until = new Date(Date.now() + 24 * 3_600_000);
  const take: Take = (signal) => prefix.take(subjectOf(`data:Prefix/${bucket}/model/`), session, signal);
  const { snapshot, pieces } = await taken(take, megabyte, until);
  expect(snapshot).toMatchObject({ state: 'complete', pieces: 1, references: 1 });
  const piece = pieces.find(({ name }) => name === 'model/weights');
  expect(piece).toMatchObject({ sha256: null, size: weights.length });
  expect(piece?.reference).toMatchObject({
    digest: `sha256:${createHash('sha256').update(weights).digest('hex')}`,
    because: expect.stringContaining('larger than the 1048576 bytes'),
    retention: expect.stringContaining('compliance mode'),
  });
  const VersionId = /versionId=(.+)$/.exec(piece?.reference?.at ?? '')?.[1];
  const at = { Bucket: bucket, Key: 'model/weights', VersionId };
  const head = await client.send(new HeadObjectCommand(at));
  expect(head.ObjectLockMode).toBe('COMPLIANCE');
  expect(Math.abs((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - until.getTime())).toBeLessThan(1000);
  await expect(client.send(new DeleteObjectCommand({ ...at, BypassGovernanceRetention: true }))).rejects.toThrow();
});

test('a file above the limit stays where it lies, with the digest of its bytes and the reason', async () => {
  const data = join(folder, 'data');
  await mkdir(data);
  await writeFile(join(data, 'model.bin'), 'head');
  await truncate(join(data, 'model.bin'), 200 * megabyte);
  const take: Take = (signal) => folderSnapshot.take(subjectOf(`data:Folder/${data}`), session, signal);
  const { snapshot, pieces } = await taken(take, 64 * megabyte, new Date('2027-01-01T00:00:00.000Z'));
  expect(snapshot).toMatchObject({ state: 'complete', pieces: 0, references: 1 });
  const bytes = createHash('sha256').update('head');
  bytes.update(Buffer.alloc(200 * megabyte - 4));
  expect(pieces[0]).toMatchObject({
    size: 200 * megabyte,
    reference: { at: join(data, 'model.bin'), digest: `sha256:${bytes.digest('hex')}`, retention: null },
  });
});

test('a terabyte of holes is neither read nor kept, and the snapshot says so; what lies beside it is taken', async () => {
  const data = join(folder, 'holes');
  await mkdir(data);
  await writeFile(join(data, 'sparse'), 'head');
  await truncate(join(data, 'sparse'), 2 ** 40);
  await writeFile(join(data, 'true'), 'content');
  const take: Take = (signal) => folderSnapshot.take(subjectOf(`data:Folder/${data}`), session, signal);
  const { snapshot, pieces } = await taken(take, 2 ** 50);
  expect(snapshot).toMatchObject({ state: 'limited', pieces: 1, references: 0 });
  expect(snapshot.reasons).toMatchObject([{ where: 'sparse', reason: expect.stringContaining('1099511627776 bytes') }]);
  expect(pieces.map(({ name }) => name)).toEqual(['true']);
});
