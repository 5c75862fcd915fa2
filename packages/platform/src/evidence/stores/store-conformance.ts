/** What every evidence store must do, whatever it is made of. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EvidenceStore } from './store.ts';

const never = new AbortController().signal;

async function spooled(store: EvidenceStore, bytes: Uint8Array) {
  const file = join(await store.spool(), `${randomBytes(8).toString('hex')}.part`);
  await writeFile(file, bytes, { flag: 'wx' });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file, sha256, size: bytes.length, mediaType: 'application/octet-stream' };
}

async function bytesIn(store: EvidenceStore, sha256: string): Promise<Buffer | undefined> {
  const found = await store.get(sha256, never);
  if (found === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of found) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param largest bytes of the largest blob that is tried: beyond what the store sends in one request */
export function storeConformance(what: string, open: () => Promise<EvidenceStore>, largest: number): void {
  test(`${what}: what is put is there, once, and what is not put is not`, async () => {
    const store = await open();
    for (const size of [0, 1, 70_000, largest]) {
      const bytes = randomBytes(size);
      const blob = await spooled(store, bytes);
      expect(await store.state(blob.sha256, never)).toBeUndefined();
      expect(await store.get(blob.sha256, never)).toBeUndefined();
      expect(await store.put(blob, null, never)).toBe('kept');
      expect(await store.state(blob.sha256, never)).toMatchObject({ size });
      expect((await bytesIn(store, blob.sha256))?.equals(bytes)).toBe(true);
      expect(await store.put(await spooled(store, bytes), null, never)).toBe('there');
      await store.remove(blob.sha256, never);
      expect(await store.state(blob.sha256, never)).toBeUndefined();
      await store.remove(blob.sha256, never);
    }
    await store.close();
  });

  test(`${what}: many blobs at a time`, async () => {
    const store = await open();
    const blobs = await Promise.all(Array.from({ length: 12 }, () => spooled(store, randomBytes(5_000))));
    await Promise.all(blobs.map((blob) => store.put(blob, null, never)));
    for (const { sha256 } of blobs) expect((await bytesIn(store, sha256))?.length).toBe(5_000);
    await store.close();
  });
}

/** A blob in a store, for what a suite has to show of its own. */
export async function putBlob(store: EvidenceStore, bytes: Uint8Array, retainUntil: Date | null): Promise<string> {
  const blob = await spooled(store, bytes);
  await store.put(blob, retainUntil, never);
  return blob.sha256;
}
