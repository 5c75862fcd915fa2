/**
 * One piece on its way into a store: read once, hashed clear, sealed, written aside, put by its digest, read back and compared, and only
 * then written into the journal. Whatever goes wrong before that leaves nothing behind that anybody could take for evidence.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BytesPiece, FirebreakError, type KeptPiece, type ReferencePiece } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import { fieldsRoot, leavesOf } from '../redaction/commitment.ts';
import { commitmentTo, type SnapshotSeal } from '../sealing/sealing.ts';
import { diskTrouble } from '../stores/disk-trouble.ts';
import type { EvidenceStore } from '../stores/store.ts';
import type { PieceRow, VaultStore } from '../vault-store.ts';

export interface PieceWork {
  readonly store: EvidenceStore;
  readonly rows: Pick<VaultStore<never>, 'known' | 'has'>;
  readonly seal: SnapshotSeal;
  /** Under which equal contents are known again; never leaves the installation. */
  readonly contentKey: Uint8Array;
  /** Bytes above which a piece stays where it is, if it stays anywhere. */
  readonly largest: number;
  readonly retainUntil: Date | null;
  readonly signal: AbortSignal;
}

/** JSON up to this is committed to by its fields. */
const largestRecord = 1 << 20;

/** The name as it can stand in journal, manifest and log. */
export function pieceName(name: string): string {
  return printable(name, 1000);
}

/**
 * @throws FirebreakError `FB-EVIDENCE-TRUNCATED` when the source is to blame, `FB-EVIDENCE-FULL`, `-STORE`, `-LOST` when the store is;
 * what the source throws
 */
export async function keepPiece(piece: BytesPiece | ReferencePiece, work: PieceWork): Promise<PieceRow> {
  if (!('bytes' in piece)) return referenceRow(piece);
  if (piece.size !== undefined && piece.size > work.largest) return referenceOf(piece, piece.size, work);
  const known = await knownBefore(piece, work);
  if (known !== undefined) return known;
  return keepBytes(piece, work);
}

/** What the store has already under a digest that the source tells beforehand need not be fetched. */
async function knownBefore(piece: BytesPiece, work: PieceWork): Promise<PieceRow | undefined> {
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(piece.digest ?? '')?.[1];
  if (sha256 === undefined || work.seal.label !== 'none' || isRecord(piece.mediaType)) return undefined;
  if (!(await work.rows.has(work.store.name, sha256))) return undefined;
  const there = await work.store.state(sha256, work.signal);
  if (there === undefined || (piece.size !== undefined && there.size !== piece.size)) return undefined;
  await keepLonger(work, sha256);
  const content = contentOf(work, Buffer.from(sha256, 'hex'));
  return { piece: kept(piece, sha256, there.size), salt: null, seed: null, content, sealed: 'none' };
}

async function keepBytes(piece: BytesPiece, work: PieceWork): Promise<PieceRow> {
  const file = join(await work.store.spool(), `${randomBytes(12).toString('hex')}.part`);
  const clear = meter(piece, work.largest);
  try {
    const isSealed = work.seal.label !== 'none';
    const written = await spool(work.seal.seal(clear.bytes), file, isSealed, work.signal);
    if (clear.tooLarge()) return await referenceOf(piece, undefined, work);
    const { digest, size, head } = clear.end();
    const sealed = { sha256: written.sha256 ?? digest.toString('hex'), size: written.size };
    const content = contentOf(work, digest);
    const before = await work.rows.known(work.store.name, content, work.seal.label);
    const isThere = before !== null && (await work.store.state(before.sha256, work.signal)) !== undefined;
    const blob = isThere ? before : sealed;
    if (isThere) await keepLonger(work, before.sha256);
    else {
      await work.store.put({ file, ...sealed, mediaType: piece.mediaType }, work.retainUntil, work.signal);
      await mustReadBack(work, sealed);
    }
    const salt = isSealed ? randomBytes(32) : null;
    const seed = randomBytes(32);
    const fields = head === undefined ? null : fieldsOf(head, seed);
    return {
      piece: {
        ...kept(piece, blob.sha256, blob.size),
        clear: salt === null ? null : { commitment: commitmentTo(digest, salt), size },
        fields,
      },
      salt,
      seed: fields === null ? null : seed,
      content,
      sealed: work.seal.label,
    };
  } finally {
    await rm(file, { force: true });
  }
}

interface Meter {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly tooLarge: () => boolean;
  /** @throws FirebreakError FB-EVIDENCE-TRUNCATED */
  readonly end: () => { readonly digest: Buffer; readonly size: number; readonly head: Buffer | undefined };
}

/** Hashes the clear bytes as they go by, and stops at the limit. Of a small record it keeps a copy, to commit to its fields. */
function meter(piece: BytesPiece, largest: number): Meter {
  const hash = createHash('sha256');
  const record: Buffer[] = [];
  const wanted = isRecord(piece.mediaType);
  let size = 0;
  let over = false;
  return {
    bytes: (async function* () {
      for await (const chunk of piece.bytes) {
        size += chunk.length;
        if (size > largest) {
          over = true;
          return;
        }
        hash.update(chunk);
        if (wanted && size <= largestRecord) record.push(Buffer.from(chunk));
        yield chunk;
      }
    })(),
    tooLarge: () => over,
    end: () => {
      const digest = hash.digest();
      mustBeAsTold(piece, size, digest);
      return { digest, size, head: wanted && size <= largestRecord ? Buffer.concat(record) : undefined };
    },
  };
}

function mustBeAsTold({ size: told, digest }: BytesPiece, size: number, sha256: Buffer): void {
  if (told !== undefined && told !== size)
    throw new FirebreakError('FB-EVIDENCE-TRUNCATED', `It said ${told} bytes and gave ${size}.`);
  const said = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
  if (said !== undefined && said !== sha256.toString('hex'))
    throw new FirebreakError('FB-EVIDENCE-TRUNCATED', `It said sha256:${said} and gave other bytes.`);
}

/** @param hashed false for bytes that are hashed on their way here already */
async function spool(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  hashed: boolean,
  signal: AbortSignal,
): Promise<{ readonly sha256: string | undefined; readonly size: number }> {
  const hash = hashed ? createHash('sha256') : undefined;
  let size = 0;
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw diskTrouble(error, 'Evidence cannot be written aside');
  });
  // One chunk is being written while the next is read and hashed.
  let writing = Promise.resolve();
  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash?.update(chunk);
      size += chunk.length;
      await writing;
      writing = writeAll(handle, chunk);
      writing.catch(() => undefined);
    }
    await writing;
  } finally {
    await writing.catch(() => undefined);
    await handle.close();
  }
  return { sha256: hash?.digest('hex'), size };
}

/** A full disk may take a part of a write and say so only at the next one. */
async function writeAll(handle: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, from).catch((error: unknown) => {
      throw diskTrouble(error, 'Evidence cannot be written aside');
    });
    from += bytesWritten;
  }
}

/** A store is believed nothing: the bytes are fetched again and compared. @throws FirebreakError FB-EVIDENCE-LOST */
async function mustReadBack({ store, signal }: PieceWork, { sha256, size }: { sha256: string; size: number }) {
  const found = await digestOf(store, sha256, signal);
  if (found === undefined)
    throw new FirebreakError('FB-EVIDENCE-LOST', `${store.name} took ${sha256} and does not have it.`);
  if (found.sha256 !== sha256)
    throw new FirebreakError(
      'FB-EVIDENCE-LOST',
      `${store.name} took ${sha256} (${size} bytes) and gives ${found.sha256} (${found.size} bytes).`,
    );
}

/** What a store gives under a digest. */
export async function digestOf(
  store: EvidenceStore,
  sha256: string,
  signal: AbortSignal,
): Promise<{ readonly sha256: string; readonly size: number } | undefined> {
  const bytes = await store.get(sha256, signal);
  if (bytes === undefined) return undefined;
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

async function keepLonger({ store, retainUntil, signal }: PieceWork, sha256: string): Promise<void> {
  if (retainUntil !== null) await store.retain(sha256, retainUntil, signal);
}

function referenceRow({ name, mediaType, reference, digest, size, because, retention }: ReferencePiece): PieceRow {
  return {
    piece: {
      name: pieceName(name),
      mediaType: printable(mediaType),
      sha256: null,
      size,
      clear: null,
      reference: {
        at: printable(reference, 2000),
        digest: printable(digest, 300),
        because: printable(because, 500),
        retention: retention === null ? null : printable(retention, 500),
      },
      fields: null,
    },
    salt: null,
    seed: null,
    content: null,
    sealed: 'none',
  };
}

/** A piece that is too large stays where it is: its digest is taken, and it is locked there where that can be done. */
async function referenceOf(piece: BytesPiece, told: number | undefined, work: PieceWork): Promise<PieceRow> {
  const because = `It is larger than the ${work.largest} bytes that are copied.`;
  if (piece.at === undefined)
    throw new FirebreakError('FB-EVIDENCE-PARTIAL', `${because} It lies nowhere that could be referred to.`);
  const retention = work.retainUntil === null ? null : await lockInPlace(piece, work.retainUntil, work.signal);
  if (piece.digest !== undefined)
    return referenceRow({
      ...piece,
      reference: piece.at,
      digest: piece.digest,
      size: told ?? null,
      because,
      retention,
    });
  if (told === undefined)
    throw new FirebreakError('FB-EVIDENCE-PARTIAL', `${because} Nobody says how large it is, and it was not read on.`);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of piece.bytes) {
    work.signal.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
  }
  const sha256 = hash.digest();
  mustBeAsTold(piece, size, sha256);
  const digest = `sha256:${sha256.toString('hex')}`;
  return referenceRow({ ...piece, reference: piece.at, digest, size, because, retention });
}

async function lockInPlace(piece: BytesPiece, until: Date, signal: AbortSignal): Promise<string | null> {
  if (piece.lock === undefined) return null;
  try {
    return await piece.lock(until, signal);
  } catch (error) {
    signal.throwIfAborted();
    return `nothing: it could not be locked (${error instanceof Error ? error.name : 'unknown error'})`;
  }
}

function kept({ name, mediaType }: BytesPiece, sha256: string, size: number): KeptPiece {
  return {
    name: pieceName(name),
    mediaType: printable(mediaType),
    sha256,
    size,
    clear: null,
    reference: null,
    fields: null,
  };
}

function contentOf({ contentKey }: PieceWork, clearSha256: Uint8Array): string {
  return createHmac('sha256', contentKey).update(clearSha256).digest('hex');
}

function isRecord(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json');
}

function fieldsOf(bytes: Buffer, seed: Uint8Array): KeptPiece['fields'] {
  let record: unknown;
  try {
    record = JSON.parse(bytes.toString('utf8'));
    const leaves = leavesOf(record);
    return leaves === undefined ? null : { root: fieldsRoot(leaves, seed), count: leaves.length };
  } catch {
    // Not JSON after all, or none that has one canonical form.
    return null;
  }
}
