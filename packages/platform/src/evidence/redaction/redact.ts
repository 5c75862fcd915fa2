/** A copy of a JSON record with fields left out, and with what proves that the rest is what the log committed to. */
import { FirebreakError, type RedactedCopy } from '@firebreak/contract';
import { tlogProofText } from '../../ledger/tlog-proof.ts';
import { custodyEntry, custodyOf } from '../custody.ts';
import { clearBytes, pieceOf, storeWith } from '../read.ts';
import { journalled } from '../snapshot/manifest.ts';
import type { VaultParts } from '../vault-parts.ts';
import { leafHash, leavesOf, recordLeaf, saltOf } from './commitment.ts';
import { treePath } from './tree.ts';

export interface RedactRequest {
  readonly snapshot: string;
  readonly piece: string;
  /** JSON pointers; what is below them goes too. */
  readonly hide: readonly string[];
  readonly by: string;
  readonly reason: string;
}

/** @throws FirebreakError FB-NOT-FOUND, FB-USAGE for a pointer to nothing, FB-EVIDENCE-SEALED, FB-EVIDENCE-LOST */
export async function redact<Tx>(
  parts: VaultParts<Tx>,
  { snapshot: id, piece: name, hide, by, reason }: RedactRequest,
  signal: AbortSignal,
): Promise<RedactedCopy> {
  const { snapshot, row } = await pieceOf(parts, id, name);
  const { piece, seed } = row;
  if (piece.fields === null || piece.sha256 === null || seed === null)
    throw new FirebreakError('FB-USAGE', 'It is no JSON record that was committed to field by field.');
  const store = await storeWith(parts, snapshot, piece.sha256, signal);
  const chunks: Uint8Array[] = [];
  for await (const chunk of clearBytes(parts, id, row, store, false, signal)) chunks.push(chunk);
  const leaves = leavesOf(JSON.parse(Buffer.concat(chunks).toString('utf8'))) ?? [];
  for (const pointer of hide)
    if (!leaves.some((leaf) => isBelow(leaf.pointer, pointer)))
      throw new FirebreakError('FB-USAGE', `The record has nothing at ${JSON.stringify(pointer.slice(0, 200))}.`);
  const fields = leaves.map((leaf) => {
    const salt = saltOf(seed, leaf.pointer);
    return hide.some((pointer) => isBelow(leaf.pointer, pointer))
      ? { hash: hex(leafHash(salt, leaf)) }
      : { pointer: leaf.pointer, salt, value: leaf.value };
  });
  const hidden = fields.filter((field) => 'hash' in field).length;
  await parts.ledger.append([
    custodyEntry(
      {
        act: 'redacted',
        snapshot: id,
        incident: snapshot.incident,
        who: by,
        why: reason,
        what: [piece.sha256],
        store: store.name,
        method: `copy with ${hidden} of ${fields.length} fields left out`,
        detail: `A copy of ${piece.name} was made without ${hidden} fields.`,
        more: { piece: piece.name, hidden, shown: fields.length - hidden },
      },
      parts.custodian,
    ),
  ]);
  return {
    format: 'firebreak-redacted/1',
    snapshot: id,
    piece: piece.name,
    fields,
    place: await placeOf(parts, id, piece.name),
    ...(await provenEntry(parts, snapshot.incident, id)),
  };
}

function isBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}

/** Where the record stands among those of the snapshot. */
async function placeOf<Tx>({ rows }: VaultParts<Tx>, snapshot: string, name: string): Promise<RedactedCopy['place']> {
  const records: Uint8Array[] = [];
  let index = -1;
  for await (const { piece } of journalled(rows, snapshot)) {
    if (piece.fields === null) continue;
    if (piece.name === name) index = records.length;
    records.push(recordLeaf(piece.name, piece.fields));
  }
  return { index, size: records.length, path: treePath(records, index).map(hex) };
}

/** The entry that says what was taken, with its proof against the log as it is now. */
async function provenEntry<Tx>({ ledger }: VaultParts<Tx>, incident: string | null, snapshot: string) {
  for await (const { entry, record, index } of ledger.entries(incident)) {
    if (entry.kind !== 'custody.taken' || custodyOf(entry) !== snapshot) continue;
    const size = await ledger.size();
    const [hashes, checkpoint] = [await ledger.proof(index, size), await ledger.checkpoint(size)];
    return {
      entry: Buffer.from(record).toString('base64'),
      proof: tlogProofText({ index, hashes, checkpoint }),
      verifierKey: ledger.verifierKey,
    };
  }
  throw new FirebreakError('FB-NOT-FOUND', 'The log has no record that it was taken to its end.');
}

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
