/** The digest of one file, or of a part of it: what is hashed is what was opened, and what was opened is what was listed. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../../intake/walk.ts';
import type { Refusal } from '../bundle/refusal.ts';
import { identityOf } from './folder.ts';
import { type HashName, hasherOf } from './hash.ts';

export interface Piece {
  readonly at: string;
  /** Of the file when it was listed. */
  readonly identity: string;
  /** Bytes from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
  readonly hash: HashName;
}

export type HashedPiece = { readonly digest: string } | { readonly refusal: Refusal };

/** Larger reads are not faster, and smaller ones cost a tenth of the speed. */
const readBytes = 1 << 20;
/** O_NONBLOCK: a pipe that was put in the place of the file must not hold us. Windows has neither. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

let buffer: Buffer | undefined;

/** Blocks its thread while it reads, and keeps 1 MB whatever the size of the file. Never throws for what lies there. */
export async function hashPiece(piece: Piece): Promise<HashedPiece> {
  const hasher = await hasherOf(piece.hash);
  let file: number;
  try {
    file = openSync(piece.at, flags);
  } catch (error) {
    return unreadable(error);
  }
  try {
    const same = () => identityOf(fstatSync(file, { bigint: true })) === piece.identity;
    if (!same()) return changing;
    buffer ??= Buffer.allocUnsafeSlow(readBytes);
    for (let position = piece.start; position < piece.end; ) {
      const read = readSync(file, buffer, 0, Math.min(readBytes, piece.end - position), position);
      if (read === 0) return changing;
      hasher.update(buffer.subarray(0, read));
      position += read;
    }
    return same() ? { digest: hasher.hex() } : changing;
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(file);
  }
}

const changing = {
  refusal: { code: 'FB-SIGNATURE-CHANGING', why: 'A file was changed or exchanged meanwhile.' },
} as const;

function unreadable(error: unknown): HashedPiece {
  return { refusal: { code: 'FB-SIGNATURE-UNREADABLE', why: `A file cannot be read (${codeOf(error)}).` } };
}
