/** Reading evidence, and moving it. Every reading is in the log before the first byte is out. */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FirebreakError, type KeptPiece, type Snapshot } from '@firebreak/contract';
import { custodyEntry, wholeOf } from './custody.ts';
import { detailOf, leaving } from './leaving.ts';
import { commitmentTo } from './sealing/sealing.ts';
import { digestOf } from './snapshot/keep-piece.ts';
import { journalled } from './snapshot/manifest.ts';
import { diskTrouble } from './stores/disk-trouble.ts';
import type { EvidenceStore } from './stores/store.ts';
import type { VaultParts } from './vault-parts.ts';
import type { PieceRow } from './vault-store.ts';

export interface ReadRequest {
  readonly snapshot: string;
  readonly piece: string;
  readonly by: string;
  readonly reason: string;
  /** The bytes as they are in the store, sealed if they are. */
  readonly asStored: boolean;
}

export interface OpenPiece {
  readonly piece: KeptPiece;
  /** Fails at its end when the bytes are not those of the log. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** @throws FirebreakError FB-NOT-FOUND, FB-EVIDENCE-SEALED, FB-EVIDENCE-LOST, FB-EVIDENCE-STORE */
export async function read<Tx>(parts: VaultParts<Tx>, request: ReadRequest, signal: AbortSignal): Promise<OpenPiece> {
  const { snapshot, row } = await pieceOf(parts, request.snapshot, request.piece);
  const { piece } = row;
  if (piece.sha256 === null)
    throw new FirebreakError('FB-NOT-FOUND', `It is by reference and lies at ${piece.reference?.at ?? ''}.`);
  const store = await storeWith(parts, snapshot, piece.sha256, signal);
  const about = {
    snapshot: snapshot.id,
    incident: snapshot.incident,
    who: request.by,
    why: request.reason,
    what: [piece.sha256],
    store: store.name,
    method: request.asStored ? 'given out as stored' : 'given out in clear',
  };
  const entryOf = (act: 'read' | 'exported', detail: string, more = {}) =>
    custodyEntry({ ...about, act, detail, more: { piece: piece.name, ...more } }, parts.custodian);
  await parts.ledger.append([entryOf('read', `Read ${piece.name}.`)]);
  // Who knows the digest of clear bytes can try guesses at them: of what is sealed the log has the commitment.
  const isOpened = piece.clear !== null && !request.asStored;
  const bytes = leaving(
    parts,
    clearBytes(parts, snapshot.id, row, store, request.asStored, signal),
    ({ sha256, ...left }) => {
      const known = isOpened ? left : { sha256, ...left };
      const commitment = isOpened ? { commitment: piece.clear?.commitment } : {};
      return [
        entryOf('exported', detailOf(piece.name, known), { file: { name: piece.name, ...known, ...commitment } }),
      ];
    },
  );
  return { piece, bytes };
}

/** The row of a piece that is there to be read. @throws FirebreakError FB-NOT-FOUND */
export async function pieceOf<Tx>(
  { rows }: VaultParts<Tx>,
  id: string,
  name: string,
): Promise<{ readonly snapshot: Snapshot; readonly row: PieceRow }> {
  const snapshot = await rows.shown(id);
  if (snapshot === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${id}.`);
  if (snapshot.state === 'destroyed' || snapshot.state === 'destroying')
    throw new FirebreakError('FB-NOT-FOUND', `The snapshot ${id} was destroyed.`);
  const row = await rows.piece(id, name);
  if (row === null) throw new FirebreakError('FB-NOT-FOUND', `The snapshot has no piece of this name.`);
  return { snapshot, row };
}

/** The first of its stores that has the blob. */
export async function storeWith<Tx>(
  { stores }: VaultParts<Tx>,
  { stores: names }: Snapshot,
  sha256: string,
  signal: AbortSignal,
): Promise<EvidenceStore> {
  for (const name of names) {
    const store = stores.get(name);
    if (store !== undefined && (await store.state(sha256, signal)) !== undefined) return store;
  }
  throw new FirebreakError('FB-EVIDENCE-LOST', `No store that is reached from here has ${sha256}.`);
}

/** Verified against the log's digest, and against the commitment to the clear bytes. */
export async function* clearBytes<Tx>(
  { sealing, rows }: VaultParts<Tx>,
  snapshot: string,
  { piece, salt }: PieceRow,
  store: EvidenceStore,
  asStored: boolean,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const sha256 = piece.sha256 ?? '';
  const stored = await store.get(sha256, signal);
  if (stored === undefined) throw new FirebreakError('FB-EVIDENCE-LOST', `${store.name} has lost ${sha256}.`);
  const checked = hashed(stored);
  const isSealed = piece.clear !== null && !asStored;
  const dataKey = isSealed ? ((await rows.get(snapshot))?.dataKey ?? null) : null;
  const clear = hashed(
    isSealed ? sealing(await kindOf(rows, snapshot)).open(checked.bytes, snapshot, dataKey) : checked.bytes,
  );
  yield* clear.bytes;
  if (checked.digest().toString('hex') !== sha256)
    throw new FirebreakError('FB-EVIDENCE-LOST', `${store.name} has other bytes for ${sha256}.`);
  if (isSealed && salt !== null && commitmentTo(clear.digest(), salt) !== piece.clear?.commitment)
    throw new FirebreakError('FB-EVIDENCE-LOST', 'The clear bytes are not those that the log committed to.');
}

async function kindOf<Tx>(rows: VaultParts<Tx>['rows'], snapshot: string) {
  return (await rows.get(snapshot))?.sealing ?? 'none';
}

function hashed(source: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  return {
    bytes: (async function* () {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
    })(),
    digest: () => hash.digest(),
  };
}

export interface MoveRequest {
  readonly snapshot: string;
  readonly to: string;
  /** Whether it stays where it was as well. */
  readonly copy: boolean;
  readonly by: string;
  readonly reason: string;
}

/**
 * Copies every blob as it is stored, reads it back, and then says so in the log. Moved, it is removed from the other stores after that,
 * where they let it be removed.
 *
 * @throws FirebreakError FB-NOT-FOUND, FB-EVIDENCE-STORE, FB-EVIDENCE-LOST
 */
export async function move<Tx>(parts: VaultParts<Tx>, request: MoveRequest, signal: AbortSignal): Promise<Snapshot> {
  const { rows, stores, ledger } = parts;
  const snapshot = await rows.shown(request.snapshot);
  if (snapshot === null) throw new FirebreakError('FB-NOT-FOUND', `There is no snapshot ${request.snapshot}.`);
  if (snapshot.state !== 'complete' && snapshot.state !== 'limited')
    throw new FirebreakError('FB-EVIDENCE-LOCKED', `It is ${snapshot.state}.`);
  const target = stores.get(request.to);
  if (target === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no store ${request.to}.`);
  const until = snapshot.retainUntil === null ? null : new Date(snapshot.retainUntil);
  const blobs = new Map<string, string>(snapshot.manifest.map((sha256) => [sha256, 'application/json']));
  for await (const { piece } of journalled(rows, snapshot.id))
    if (piece.sha256 !== null) blobs.set(piece.sha256, piece.mediaType);
  for (const [sha256, mediaType] of blobs) {
    const source = await storeWith(parts, snapshot, sha256, signal);
    if (source !== target) await copyBlob(source, target, { sha256, mediaType, until }, signal);
    if (snapshot.holds.length > 0) await target.hold(sha256, true, signal);
  }
  const from = snapshot.stores.filter((name) => name !== target.name);
  await rows.transaction(async (tx) => {
    await rows.addCopy(tx, snapshot.id, target.name);
    if (!request.copy) for (const name of from) await rows.dropCopy(tx, snapshot.id, name);
    const entry = custodyEntry(
      {
        ...wholeOf(snapshot),
        act: request.copy ? 'copied' : 'moved',
        who: request.by,
        why: request.reason,
        store: `${target.name} (${target.where})`,
        method: `${blobs.size} blobs copied and read back`,
        detail: `From ${snapshot.stores.join(', ')} to ${target.name}.`,
        more: { from: snapshot.stores, to: target.name },
      },
      parts.custodian,
    );
    await ledger.append([entry], tx);
  });
  if (!request.copy) await leave(parts, snapshot, from, [...blobs.keys()], signal);
  return (await rows.shown(snapshot.id)) ?? snapshot;
}

async function copyBlob(
  source: EvidenceStore,
  target: EvidenceStore,
  { sha256, mediaType, until }: { readonly sha256: string; readonly mediaType: string; readonly until: Date | null },
  signal: AbortSignal,
): Promise<void> {
  const bytes = await source.get(sha256, signal);
  if (bytes === undefined) throw new FirebreakError('FB-EVIDENCE-LOST', `${source.name} has lost ${sha256}.`);
  const file = join(await target.spool(), `${randomBytes(12).toString('hex')}.part`);
  try {
    const checked = hashed(bytes);
    let size = 0;
    await pipeline(
      async function* () {
        for await (const chunk of checked.bytes) {
          size += chunk.length;
          yield chunk;
        }
      },
      createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      { signal },
    ).catch((error: unknown) => {
      signal.throwIfAborted();
      throw diskTrouble(error, 'Evidence cannot be written aside');
    });
    if (checked.digest().toString('hex') !== sha256)
      throw new FirebreakError('FB-EVIDENCE-LOST', `${source.name} has other bytes for ${sha256}.`);
    await target.put({ file, sha256, size, mediaType }, until, signal);
    const back = await digestOf(target, sha256, signal);
    if (back?.sha256 !== sha256)
      throw new FirebreakError('FB-EVIDENCE-LOST', `${target.name} took ${sha256} and does not give it back.`);
  } finally {
    await rm(file, { force: true });
  }
}

/** What may not be removed stays behind; an old copy that nobody counts on does no harm. */
async function leave<Tx>(
  { rows, stores }: VaultParts<Tx>,
  { id }: Snapshot,
  from: readonly string[],
  blobs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of from) {
    const store = stores.get(name);
    if (store === undefined) continue;
    const others = await rows.shared(name, id, blobs);
    for (const sha256 of blobs) {
      if (others.has(sha256)) continue;
      try {
        await store.remove(sha256, signal);
      } catch (error) {
        if (!(error instanceof FirebreakError) || error.code !== 'FB-EVIDENCE-LOCKED') throw error;
      }
    }
  }
}
