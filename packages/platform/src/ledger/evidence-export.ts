import { type BlobRef, FirebreakError } from '@firebreak/contract';
import { toBase64 } from '../kernel/bytes.ts';
import { sha256Hex } from '../kernel/digest.ts';
import {
  blobPath,
  checkpointPath,
  currentFormat,
  documentFolder,
  entryPath,
  isDocumentPath,
  isReport,
  keyPath,
  manifestHead,
  manifestLine,
  manifestPath,
  manifestTail,
  maximumSince,
  maximumTimestampBytes,
  maximumTimestamps,
  proofPath,
  readmePath,
  readmeTextOf,
  timestampPath,
} from './evidence-format.ts';
import { tilesOnTheWay } from './evidence-tiles.ts';
import type { Ledger } from './ledger.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';
import { tilePath, tileWidth } from './tile.ts';
import { tlogProofText } from './tlog-proof.ts';

/** A report that goes into the file, made from what the log holds. */
export interface EvidenceDocument {
  /** `report.html`: lower case, digits, dots and dashes. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Second parties that are asked about a checkpoint before it is handed out. */
export interface Vouchers {
  /** What the log says that a reader should find: keys of witnesses, how many of them, how many time stamps. */
  readonly policy: VouchPolicy;
  /** Never rejects for a party that does not answer: the file then lacks it, and its verification says so. */
  vouch(checkpoint: { readonly size: number; readonly note: string }): Promise<Vouched>;
}

export interface VouchPolicy {
  readonly witnesses: readonly string[];
  /** How many of the witnesses are enough. */
  readonly quorum: number;
  readonly timestamps: number;
}

export interface Vouched {
  /** The same note, with the cosignatures behind the log's own signature. */
  readonly note: string;
  /** RFC 3161 answers over the bytes of that note. */
  readonly timestamps: readonly Uint8Array[];
}

export interface EvidenceRequest<Tx> {
  readonly ledger: Ledger<Tx>;
  readonly incident: string;
  /** Who asks for it; the log says so. */
  readonly actor: string;
  readonly documents?: readonly EvidenceDocument[];
  readonly vouchers?: Vouchers | undefined;
  /** Sizes of earlier trees, whose checkpoints somebody holds: the file gets the tiles to compare them with. */
  readonly since?: readonly number[];
}

/**
 * The evidence file of an incident, piece by piece. The first piece is asked for: only then `evidence.exported` is appended
 * to the log, and the file shows the log as of that entry, whatever is appended while it is read. Holds one entry, tile or
 * blob in memory at a time, besides a manifest line for each.
 *
 * @throws FirebreakError `FB-NOT-FOUND`, before the first piece, when the incident has no entry, or the log was never as long
 * as `since` says.
 */
export async function* exportEvidence<Tx>(request: EvidenceRequest<Tx>): AsyncGenerator<Uint8Array> {
  const { ledger, incident } = request;
  const { index: last, entry: sealed, checkpoint: signed, since } = await seal(request);
  const treeSize = last + 1;
  const { note, timestamps } = (await request.vouchers?.vouch({ size: treeSize, note: signed })) ?? {
    note: signed,
    timestamps: [],
  };
  const lines: string[] = [];

  function member(path: string, content: Uint8Array | string): Uint8Array {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    lines.push(manifestLine({ path, sha256: sha256Hex(bytes), size: bytes.length }));
    return archived(path, bytes);
  }
  async function blob(path: string, sha256: string): Promise<Uint8Array> {
    const bytes = await ledger.getBlob(sha256);
    if (bytes === undefined) throw new FirebreakError('FB-INTERNAL', `The store has lost the blob ${sha256}.`);
    return member(path, bytes);
  }

  yield member(readmePath, readmeTextOf[currentFormat]);
  yield member(keyPath, `${ledger.verifierKey}\n`);
  yield member(checkpointPath, note);
  for (const [n, token] of timestamps.slice(0, maximumTimestamps).entries()) {
    if (token.length <= maximumTimestampBytes) yield member(timestampPath(n), token);
  }
  const { indexes, blobs } = await contentOf(ledger, incident, last);
  for (const tile of tilesOnTheWay([...indexes, ...since.map((size) => size - 1)], treeSize)) {
    const { level, index, width } = tile;
    yield member(tilePath(tile), await ledger.hashes(level, index * tileWidth, width));
  }
  for await (const { index, record } of ledger.entries(incident)) {
    if (index > last) break;
    yield member(entryPath(index), record);
    const hashes = await ledger.proof(index, treeSize);
    yield member(proofPath(index), tlogProofText({ index, hashes, checkpoint: note }));
  }
  const documents = sealed.blobs.filter(({ name }) => isReport(sealed, name));
  for (const { name, sha256 } of documents) yield await blob(name, sha256);
  for (const sha256 of [...blobs].sort()) yield await blob(blobPath(sha256), sha256);
  const rootHash = toBase64(await ledger.root(treeSize));
  const tail = manifestTail({ format: currentFormat, incident, origin: ledger.origin, rootHash, treeSize });
  yield archived(manifestPath, Buffer.from(`${manifestHead}${lines.join(',')}${tail}`));
  yield tarEnd;
}

/** Keeps the documents and ends the incident's entries, as of now. */
async function seal<Tx>({ ledger, incident, actor, documents = [], vouchers, since = [] }: EvidenceRequest<Tx>) {
  const sizes = [...new Set(since)].sort((a, b) => a - b);
  const present = await ledger.size();
  const never = sizes.find((size) => !Number.isSafeInteger(size) || size < 1 || size > present);
  if (never !== undefined || sizes.length > maximumSince) {
    throw new FirebreakError(
      'FB-NOT-FOUND',
      `The log has ${present} entries; it never had ${never ?? 'so many sizes'}.`,
    );
  }
  const blobs: BlobRef[] = [];
  for (const { name, mediaType, bytes } of [...documents].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${documentFolder}${name}`;
    if (!isDocumentPath(path)) throw new TypeError(`no name of a document: ${name}`);
    blobs.push(await ledger.putBlob(path, mediaType, bytes));
  }
  const policy = vouchers?.policy;
  const body = {
    format: currentFormat,
    ...(sizes.length === 0 ? {} : { since: sizes }),
    ...(policy === undefined
      ? {}
      : { witnesses: [...policy.witnesses], quorum: policy.quorum, timestamps: policy.timestamps }),
  };
  return { ...(await ledger.seal(incident, actor, { body, blobs })), since: sizes };
}

/** The places of the incident's entries, and the blobs that go below `blobs/`. */
async function contentOf<Tx>(ledger: Ledger<Tx>, incident: string, last: number) {
  const indexes: number[] = [];
  const blobs = new Set<string>();
  for await (const { index, entry } of ledger.entries(incident)) {
    if (index > last) break;
    indexes.push(index);
    for (const { name, sha256 } of entry.blobs) if (!isReport(entry, name)) blobs.add(sha256);
  }
  return { indexes, blobs };
}

function archived(path: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([tarHeader(path, bytes.length), bytes, Buffer.alloc(tarPadding(bytes.length))]);
}
