/**
 * Takes a snapshot: what the snapshotter yields goes into the store, a few pieces at a time, each into the journal once it was read back;
 * then the manifest and the record of custody, in one transaction with the end of the snapshot.
 *
 * What must stay true:
 *
 * - Memory does not grow with what is taken: pieces are streamed, and no more of them are under way than `atOnce`.
 * - Killed at any moment, the snapshot is `taking`, and taking it up again asks for the pieces that the journal does not have.
 * - It ends `complete` only when everything that the snapshotter told of is in the store and was read back. Whatever is missing is a
 *   reason. Trouble of the store ends it, trouble with a piece does not.
 */

import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FirebreakError, type Gap, type KeptPiece, type SnapshotPiece } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { custodyEntry } from '../custody.ts';
import { recordLeaf } from '../redaction/commitment.ts';
import { treeRoot } from '../redaction/tree.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { diskTrouble } from '../stores/disk-trouble.ts';
import type { EvidenceStore } from '../stores/store.ts';
import type { VaultParts } from '../vault-parts.ts';
import type { SnapshotRow, VaultStore } from '../vault-store.ts';
import { keepPiece, type PieceWork, pieceName } from './keep-piece.ts';
import { journalled, manifestMediaType, manifestPages } from './manifest.ts';

export interface TakeParts<Tx> extends Pick<VaultParts<Tx>, 'rows' | 'ledger' | 'clock' | 'custodian' | 'contentKey'> {
  readonly sealing: Sealing;
  readonly largest: number;
}

/** Pieces under way at the same time. */
const atOnce = 4;
/** No more reasons are kept; the last one says so. */
const mostReasons = 200;
const storeTrouble = new Set(['FB-EVIDENCE-FULL', 'FB-EVIDENCE-STORE', 'FB-EVIDENCE-LOST']);

/** Carries a snapshot that is `taking` to its end. @throws FirebreakError FB-CANCELLED when the signal ends it: it can be taken up */
export async function takePieces<Tx>(
  parts: TakeParts<Tx>,
  row: SnapshotRow,
  store: EvidenceStore,
  pieces: AsyncIterable<SnapshotPiece>,
  signal: AbortSignal,
): Promise<void> {
  const reasons: Gap[] = [];
  const tell = (reason: Gap): void => {
    if (reasons.length < mostReasons) reasons.push(reason);
    else if (reasons.length === mostReasons)
      reasons.push(partial(row.subject, `More than ${mostReasons} things are missing.`));
  };
  // Trouble of the store is one reason and ends the asking for more; what is under way comes to its own end.
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const work: PieceWork = {
    store,
    rows: parts.rows,
    seal: await parts.sealing.sealFor(row.id, row.dataKey),
    contentKey: parts.contentKey,
    largest: parts.largest,
    retainUntil: row.retainUntil === null ? null : new Date(row.retainUntil),
    signal,
  };
  const begun = new Set<string>();
  const isTakenUp = (await parts.rows.pieces(row.id, undefined, 1)).length > 0;
  const trouble = (error: FirebreakError): void => {
    if (ended.signal.aborted) return;
    tell(gap(error.code, ['*'], store.name, error.why));
    ended.abort(error);
  };

  async function one(piece: Exclude<SnapshotPiece, { missing: Gap }>): Promise<void> {
    const name = pieceName(piece.name);
    if (begun.has(name)) return tell(partial(name, 'A piece of this name is in it already.'));
    begun.add(name);
    if (isTakenUp && (await parts.rows.piece(row.id, name)) !== null) return;
    try {
      await parts.rows.keep(row.id, await keepPiece(piece, work));
    } catch (error) {
      signal.throwIfAborted();
      if (ended.signal.aborted) return;
      if (error instanceof FirebreakError && storeTrouble.has(error.code)) trouble(error);
      else if (error instanceof FirebreakError && error.code === 'FB-STORAGE-UNAVAILABLE') throw error;
      else tell(unread(name, error));
    }
  }

  try {
    await fewAtATime(pieces, both, async (piece) => {
      if ('missing' in piece) tell(piece.missing);
      else await one(piece);
    });
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    if (error instanceof FirebreakError && error.code === 'FB-STORAGE-UNAVAILABLE') throw error;
    if (!ended.signal.aborted) tell(unread(row.subject, error));
  }
  if (signal.aborted) throw cancelled(signal);
  await finish(parts, row, store, reasons, work, signal);
}

async function finish<Tx>(
  parts: TakeParts<Tx>,
  row: SnapshotRow,
  store: EvidenceStore,
  reasons: readonly Gap[],
  work: PieceWork,
  signal: AbortSignal,
): Promise<void> {
  const { rows, ledger, clock } = parts;
  const told = [...reasons];
  const counts = await countsOf(rows, row.id);
  const pages: { readonly name: string; readonly mediaType: string; readonly sha256: string; readonly size: number }[] =
    [];
  for await (const bytes of manifestPages(rows, row.id, row.subject)) {
    const page = await ledger.putBlob(`manifest-${pages.length}.json`, manifestMediaType, bytes);
    pages.push(page);
    try {
      // A second copy beside the evidence, so that the store explains itself; the one in the log is what counts.
      if (!told.some(({ code }) => storeTrouble.has(code))) await putPage(work, bytes, signal);
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
      told.push(gap(error.code, ['*'], store.name, error.why));
    }
  }
  const manifest = pages.map(({ sha256 }) => sha256);
  if (!told.some(({ code }) => storeTrouble.has(code)) && store.label !== undefined) {
    try {
      const blobs = blobsOf(rows, row.id);
      await store.label({ id: row.id, subject: row.subject, manifest, blobs }, signal);
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
      told.push(gap(error.code, ['*'], store.name, error.why));
    }
  }
  const state = told.length === 0 ? 'complete' : 'limited';
  const detail = `${state === 'complete' ? 'Complete' : 'Limited'}: ${counts.pieces} pieces of ${counts.bytes} bytes kept, ${counts.references} by reference, ${told.length} reasons.`;
  await rows.transaction(async (tx) => {
    const change = { state, endedAt: clock.now().toISOString(), reasons: told, manifest } as const;
    if (!(await rows.change(tx, row.id, ['taking'], change))) return;
    await ledger.append(
      [
        custodyEntry(
          {
            act: 'taken',
            snapshot: row.id,
            incident: row.incident,
            who: row.by,
            why: row.reason,
            what: manifest,
            store: `${store.name} (${store.where})`,
            method: `${row.snapshotter}, ${parts.sealing.method}, read back from a ${store.kind} store`,
            detail,
            more: {
              subject: row.subject,
              state,
              reasons: told.slice(0, 50),
              ...counts,
              sealing: row.sealing,
              retainUntil: row.retainUntil,
              lock: store.lock,
              fields: counts.fields,
            },
            blobs: pages,
          },
          parts.custodian,
        ),
      ],
      tx,
    );
  });
}

async function putPage(work: PieceWork, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const file = join(await work.store.spool(), `${randomBytes(12).toString('hex')}.part`);
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      throw diskTrouble(error, 'The manifest cannot be written aside');
    });
    const blob = { file, sha256: sha256Hex(bytes), size: bytes.length, mediaType: manifestMediaType };
    await work.store.put(blob, work.retainUntil, signal);
  } finally {
    await rm(file, { force: true });
  }
}

/** What is in the journal, and the root over the commitments to fields of its records, which an entry of the log can hold. */
async function countsOf(rows: Pick<VaultStore<never>, 'pieces'>, snapshot: string) {
  let pieces = 0;
  let references = 0;
  let bytes = 0;
  const records: Uint8Array[] = [];
  for await (const { piece } of journalled(rows, snapshot)) {
    if (piece.sha256 === null) references += 1;
    else {
      pieces += 1;
      bytes += piece.size ?? 0;
    }
    if (piece.fields !== null) records.push(recordLeaf(piece.name, piece.fields));
  }
  const fields =
    records.length === 0 ? null : { records: records.length, root: Buffer.from(treeRoot(records)).toString('hex') };
  return { pieces, references, bytes, fields };
}

async function* blobsOf(rows: Pick<VaultStore<never>, 'pieces'>, snapshot: string) {
  for await (const { piece } of journalled(rows, snapshot))
    if (piece.sha256 !== null) yield blobOf(piece, piece.sha256);
}

function blobOf({ size, mediaType }: KeptPiece, sha256: string) {
  return { sha256, size: size ?? 0, mediaType };
}

/** The next piece is asked for when fewer than `atOnce` are under way. The first error ends it, after those under way have ended. */
async function fewAtATime<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const item of source) {
      signal.throwIfAborted();
      if (failure !== undefined) break;
      const done: Promise<void> = each(item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
      if (running.size >= atOnce) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure !== undefined) throw failure.error;
}

function partial(where: string, reason: string): Gap {
  return gap('FB-EVIDENCE-PARTIAL', ['*'], where, reason);
}

function unread(where: string, error: unknown): Gap {
  if (error instanceof FirebreakError) return gap(error.code, ['*'], where, error.why);
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  const name = error instanceof Error ? error.name : 'unknown error';
  return partial(where, `It could not be read: ${name}${code}.`);
}

function cancelled(signal: AbortSignal): FirebreakError {
  return new FirebreakError('FB-CANCELLED', 'The snapshot was stopped; it can be taken up where it stands.', {
    cause: signal.reason,
  });
}
