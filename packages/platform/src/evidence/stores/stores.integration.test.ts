/** The stores against what they are made for: an S3 server with Object Lock, a registry, a folder on a disk that is too small. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer } from '../../storage/test-database.ts';
import { openTestVault, pieceOf } from '../testing/vault.case.ts';
import { folderStore } from './folder.ts';
import { ociStore } from './oci.ts';
import { s3Store } from './s3.ts';
import { putBlob, storeConformance } from './store-conformance.ts';

const { FIREBREAK_S3_URL, FIREBREAK_S3_KEY, FIREBREAK_S3_SECRET, FIREBREAK_REGISTRY_OPEN_URL } = process.env;
const never = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), 'firebreak-stores-'));
const server = await testServer();
const bucket = `evidence-${process.pid}`;
const credentials = { accessKeyId: FIREBREAK_S3_KEY ?? '', secretAccessKey: FIREBREAK_S3_SECRET ?? '' };
const client = new S3Client({
  endpoint: FIREBREAK_S3_URL ?? '',
  region: 'us-east-1',
  forcePathStyle: true,
  credentials,
});

beforeAll(async () => {
  if (FIREBREAK_S3_URL === undefined || FIREBREAK_REGISTRY_OPEN_URL === undefined)
    throw new Error('FIREBREAK_S3_URL and FIREBREAK_REGISTRY_OPEN_URL must name the peers.');
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  await client.send(new CreateBucketCommand({ Bucket: `${bucket}-plain` }));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const partBytes = 5 * 1024 * 1024;
function s3(name = bucket, objectLock = true) {
  return s3Store(
    {
      name: 's3',
      kind: 's3',
      bucket: name,
      prefix: 'case',
      region: 'us-east-1',
      endpoint: FIREBREAK_S3_URL,
      pathStyle: true,
      objectLock,
    },
    join(folder, 'scratch'),
    { wholeBytes: partBytes, partBytes },
  );
}
function registry(repository = 'evidence/vault') {
  const settings = { name: 'registry', kind: 'oci', registry: FIREBREAK_REGISTRY_OPEN_URL ?? '', repository } as const;
  return ociStore(settings, join(folder, 'scratch'));
}

let made = 0;
storeConformance('folder', async () => folderStore('folder', join(folder, `f${made++}`)), 3_000_000);
storeConformance('S3', async () => s3(), 2 * partBytes + 12_345);
storeConformance('registry', async () => registry(), 3_000_000);

test('S3: until the date the server itself refuses to delete, to overwrite and to shorten', async () => {
  const store = s3();
  const until = new Date(Date.now() + 3_600_000);
  const whole = await putBlob(store, Buffer.from('evidence'), until);
  const inParts = await putBlob(store, Buffer.alloc(partBytes + 1, 7), until);
  for (const sha256 of [whole, inParts]) {
    const state = await store.state(sha256, never);
    expect(Math.abs((state?.lockedUntil?.getTime() ?? 0) - until.getTime())).toBeLessThan(1_000);
    const at = { Bucket: bucket, Key: `case/sha256/${sha256}` };
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: at.Key }));
    const VersionId = Versions[0]?.VersionId;
    const refused = async (request: Promise<unknown>) =>
      request.then(
        () => 'it was done',
        (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
      );
    expect(await refused(client.send(new DeleteObjectCommand({ ...at, VersionId })))).not.toBe('it was done');
    const bypass = { ...at, VersionId, BypassGovernanceRetention: true };
    expect(await refused(client.send(new DeleteObjectCommand(bypass)))).not.toBe('it was done');
    const shorter = { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(Date.now() + 60_000) };
    expect(
      await refused(client.send(new PutObjectRetentionCommand({ ...at, VersionId, Retention: shorter }))),
    ).not.toBe('it was done');
    expect(await refused(store.remove(sha256, never))).toBe('FirebreakError');
    // Where there are versions, putting over it makes another one: what was there is there, by its version.
    await refused(client.send(new PutObjectCommand({ ...at, Body: 'forged', ContentLength: 6 })));
    const old = await client.send(new GetObjectCommand({ ...at, VersionId }));
    expect((await old.Body?.transformToByteArray())?.length).toBe(sha256 === whole ? 8 : partBytes + 1);
  }
  await store.close();
});

test('S3: a put of what is there already is refused by the server too, and a wrong digest is', async () => {
  const store = s3();
  const sha256 = await putBlob(store, Buffer.from('once'), null);
  const at = { Bucket: bucket, Key: `case/sha256/${sha256}` };
  await expect(client.send(new PutObjectCommand({ ...at, Body: 'x', IfNoneMatch: '*' }))).rejects.toThrow();
  const ChecksumSHA256 = Buffer.alloc(32).toString('base64');
  await expect(
    client.send(new PutObjectCommand({ ...at, Key: 'case/other', Body: 'x', ChecksumSHA256 })),
  ).rejects.toThrow();
  await store.close();
});

test('S3: legal hold, later date, and a bucket that locks nothing', async () => {
  const store = s3();
  const sha256 = await putBlob(store, Buffer.from('held'), null);
  await store.hold(sha256, true, never);
  expect(await store.state(sha256, never)).toMatchObject({ held: true });
  await expect(store.remove(sha256, never)).rejects.toMatchObject({ code: 'FB-EVIDENCE-LOCKED' });
  await store.hold(sha256, false, never);
  await store.remove(sha256, never);
  const plain = s3(`${bucket}-plain`);
  await expect(putBlob(plain, Buffer.from('x'), null)).rejects.toMatchObject({ code: 'FB-EVIDENCE-STORE' });
  const meant = s3(`${bucket}-plain`, false);
  await putBlob(meant, Buffer.from('x'), null);
  await store.close();
});

test('registry: a snapshot is an artifact that refers to the vault, and is found by its referrers', async () => {
  const repository = `evidence/v${process.pid}`;
  const store = registry(repository);
  const sha256 = await putBlob(store, Buffer.from('layer'), null);
  const blobs = async function* () {
    yield { sha256, size: 5, mediaType: 'text/plain' };
  };
  await store.label?.({ id: 'snap_abc', subject: 'test:Thing/x', manifest: [sha256], blobs: blobs() }, never);
  await store.label?.({ id: 'snap_def', subject: 'test:Thing/y', manifest: [], blobs: blobs() }, never);
  const get = async (path: string) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
    return fetch(`${FIREBREAK_REGISTRY_OPEN_URL}/v2/${repository}/${path}`, { headers: { accept } });
  };
  const manifest = (await (await get('manifests/snap-abc')).json()) as {
    subject: { digest: string };
    layers: unknown[];
  };
  expect(manifest).toMatchObject({ artifactType: 'application/vnd.firebreak.snapshot.v1+json', layers: [{ size: 5 }] });
  const listed = await get(`referrers/${manifest.subject.digest}`);
  const index = listed.ok ? listed : await get(`manifests/${manifest.subject.digest.replace(':', '-')}`);
  expect(((await index.json()) as { manifests: unknown[] }).manifests).toHaveLength(2);
  await store.unlabel?.('snap_abc', never);
  expect((await get('manifests/snap-abc')).status).toBe(404);
  await store.close();
});

test('folder: a real disk that is full in the middle of a snapshot', async () => {
  const small = await mkdtemp(join(tmpdir(), 'firebreak-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
  try {
    const many = () => Array.from({ length: 40 }, (_, at) => pieceOf(`piece-${at}`, Buffer.alloc(60_000, at)));
    const place = await openTestVault(await server.database(), [folderStore('small', join(small, 'vault'))], many);
    const request = { subject: 'test:Thing/x', incident: null, by: 'ada', reason: 'full' };
    const snapshot = await (await place.vault.begin(request, never)).ended;
    expect(snapshot.state).toBe('limited');
    expect(snapshot.reasons.map(({ code }) => code)).toContain('FB-EVIDENCE-FULL');
    expect(snapshot.pieces).toBeGreaterThan(5);
    expect(snapshot.pieces).toBeLessThan(40);
    const audit = await place.vault.audit({ by: 'ada', reason: 'full', deep: true }, never);
    expect(audit).toMatchObject({ ok: true, snapshots: [{ state: 'intact', read: snapshot.pieces }] });
    await place.close();
  } finally {
    execFileSync('umount', [small]);
    await rm(small, { recursive: true });
  }
});
