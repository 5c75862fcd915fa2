import { FirebreakError } from '@firebreak/contract';
import { sha256Hex } from '../kernel/digest.ts';
import {
  blobPath,
  checkpointPath,
  entryPath,
  keyPath,
  manifestHead,
  manifestLine,
  manifestPath,
  manifestTail,
  proofPath,
  readmePath,
  readmeText,
} from './evidence-format.ts';
import type { Ledger } from './ledger.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';
import { tlogProofText } from './tlog-proof.ts';

export interface EvidenceRequest<Tx> {
  readonly ledger: Ledger<Tx>;
  readonly incident: string;
  /** Who asks for it; the log says so. */
  readonly actor: string;
}

/**
 * The evidence file of an incident, piece by piece. The first piece is asked for: only then `evidence.exported` is appended
 * to the log, and the file shows the log as of that entry, whatever is appended while it is read. Holds one entry or one
 * blob in memory at a time, besides a manifest line for each.
 *
 * @throws FirebreakError `FB-NOT-FOUND`, before the first piece, when the incident has no entry.
 */
export async function* exportEvidence<Tx>({
  ledger,
  incident,
  actor,
}: EvidenceRequest<Tx>): AsyncGenerator<Uint8Array> {
  const { index: last, checkpoint } = await ledger.seal(incident, actor);
  const treeSize = last + 1;
  const lines: string[] = [];
  const blobs = new Set<string>();

  function member(path: string, content: Uint8Array | string): Uint8Array {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    lines.push(manifestLine({ path, sha256: sha256Hex(bytes), size: bytes.length }));
    return archived(path, bytes);
  }

  yield member(readmePath, readmeText);
  yield member(keyPath, `${ledger.verifierKey}\n`);
  yield member(checkpointPath, checkpoint);
  for await (const { index, record, entry } of ledger.entries(incident)) {
    if (index > last) break;
    for (const { sha256 } of entry.blobs) blobs.add(sha256);
    yield member(entryPath(index), record);
    const hashes = await ledger.proof(index, treeSize);
    yield member(proofPath(index), tlogProofText({ index, hashes, checkpoint }));
  }
  for (const sha256 of [...blobs].sort()) {
    const bytes = await ledger.getBlob(sha256);
    if (bytes === undefined) throw new FirebreakError('FB-INTERNAL', `The store has lost the blob ${sha256}.`);
    yield member(blobPath(sha256), bytes);
  }
  const rootHash = Buffer.from(await ledger.root(treeSize)).toString('base64');
  const tail = manifestTail({ incident, origin: ledger.origin, rootHash, treeSize });
  yield archived(manifestPath, Buffer.from(`${manifestHead}${lines.join(',')}${tail}`));
  yield tarEnd;
}

function archived(path: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([tarHeader(path, bytes.length), bytes, Buffer.alloc(tarPadding(bytes.length))]);
}
