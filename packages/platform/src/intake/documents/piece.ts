/** What a stream of bytes is cut into, and what is left out on the way. */

export interface PieceLimits {
  /** Bytes of one document, or of one item of a list. */
  readonly maxPiece: number;
  /** A list that grows beyond this many bytes is cut into its items. */
  readonly listThreshold: number;
}

/** Something that can be parsed by itself. */
export interface Piece {
  readonly kind: 'document' | 'yaml-item' | 'json-item';
  readonly bytes: Buffer;
  /** 1-based number of the document in the stream, and of the item in its list. */
  readonly document: number;
  readonly item?: number;
  /** 1-based line on which the piece starts. */
  readonly line: number;
  /** What stood before the items of the list: may hold its apiVersion and kind. */
  readonly head?: Buffer;
}

export interface Skipped {
  readonly kind: 'too-long' | 'too-deep' | 'broken-list' | 'notes';
  readonly document: number;
  readonly item?: number;
  readonly line: number;
}

export type Cut = Piece | Skipped;

/** Takes the bytes of one document as they come and hands on what can be parsed. */
export interface Cutter {
  push(bytes: Buffer): void;
  /** The document is over. */
  end(): void;
}

/** Where a cutter works and where its pieces go. */
export interface CutterContext {
  readonly limits: PieceLimits;
  readonly document: number;
  /** 1-based line of the first byte. */
  readonly line: number;
  readonly emit: (cut: Cut) => void;
}

/** Appends to what is left of a buffer, without copying when nothing is. */
export function append(rest: Buffer, more: Buffer): Buffer {
  return rest.length === 0 ? more : Buffer.concat([rest, more]);
}
