/** Against an S3 server with versions and Object Lock. */
import { createHash, randomBytes } from 'node:crypto';
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { snapshotSubject } from '@firebreak/contract';
import { beforeAll, expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import prefix from './snapshots/prefix.ts';

const { FIREBREAK_S3_URL: endpoint = '', FIREBREAK_S3_KEY = '', FIREBREAK_S3_SECRET = '' } = process.env;
const bucket = `data-${process.pid}`;
const credentials = { accessKeyId: FIREBREAK_S3_KEY, secretAccessKey: FIREBREAK_S3_SECRET };
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
const large = randomBytes(3_000_000);

beforeAll(async () => {
  process.env.AWS_ENDPOINT_URL_S3 = endpoint;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = FIREBREAK_S3_KEY;
  process.env.AWS_SECRET_ACCESS_KEY = FIREBREAK_S3_SECRET;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  const put = (Key: string, Body: string | Buffer) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ChecksumAlgorithm: 'SHA256' }));
  await put('train/a.csv', 'a');
  await put('train/large.bin', large);
  await put('other/b.csv', 'b');
});

test('every object of the prefix, with the digest that the store says', async () => {
  const { bytes, told, missing } = await takenBy(prefix, `data:Prefix/${bucket}/train/`, { folders: 'any' });
  expect([...bytes.keys()]).toEqual(['train/a.csv', 'train/large.bin']);
  expect(bytes.get('train/large.bin')?.equals(large)).toBe(true);
  expect(told.get('train/large.bin')).toBe(`sha256:${createHash('sha256').update(large).digest('hex')}`);
  expect(missing).toEqual([]);
});

test('an object that stays where it is can be locked there', async () => {
  const subject = snapshotSubject(`data:Prefix/${bucket}/train/large`);
  if (subject === undefined) throw new Error('no subject');
  const until = new Date(Date.now() + 600_000);
  const signal = new AbortController().signal;
  for await (const piece of prefix.take(subject, { folders: 'any' }, signal)) {
    if (!('bytes' in piece)) throw new Error('no bytes');
    expect(await piece.lock?.(until, signal)).toContain('compliance mode');
  }
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'train/large.bin' }));
  expect(head.ObjectLockMode).toBe('COMPLIANCE');
});

test('a bucket that is not there is said to be missing', async () => {
  const { bytes, missing } = await takenBy(prefix, 'data:Prefix/no-such-bucket/x', { folders: 'any' });
  expect(bytes.size).toBe(0);
  expect(missing).toMatchObject([{ code: 'FB-EVIDENCE-PARTIAL' }]);
});
