/** What a snapshotter yields, read to the end, for tests. */
import type { AnySnapshotter, Gap, ReferencePiece } from '@firebreak/contract';
import { snapshotSubject } from '@firebreak/contract';

export interface TakenPieces {
  /** By name. */
  readonly bytes: ReadonlyMap<string, Buffer>;
  readonly references: readonly ReferencePiece[];
  readonly missing: readonly Gap[];
  /** Digests as they were told beforehand, by name. */
  readonly told: ReadonlyMap<string, string>;
}

export async function takenBy(
  snapshotter: AnySnapshotter,
  subject: string,
  session: unknown,
  sealed = false,
): Promise<TakenPieces> {
  const read = snapshotSubject(subject);
  if (read === undefined) throw new Error(`${subject} is no subject`);
  if (!snapshotter.takes(read, session)) throw new Error(`${snapshotter.id} does not take ${subject}`);
  const bytes = new Map<string, Buffer>();
  const told = new Map<string, string>();
  const references: ReferencePiece[] = [];
  const missing: Gap[] = [];
  for await (const piece of snapshotter.take(read, session, new AbortController().signal, { sealed })) {
    if ('missing' in piece) missing.push(piece.missing);
    else if ('reference' in piece) references.push(piece);
    else {
      const chunks: Uint8Array[] = [];
      for await (const chunk of piece.bytes) chunks.push(chunk);
      bytes.set(piece.name, Buffer.concat(chunks));
      if (piece.digest !== undefined) told.set(piece.name, piece.digest);
      if (piece.size !== undefined && piece.size !== bytes.get(piece.name)?.length)
        throw new Error(`${piece.name} is not of the size that it said`);
    }
  }
  return { bytes, references, missing, told };
}
