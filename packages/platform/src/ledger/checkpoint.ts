/** C2SP tlog-checkpoint: what a log signs. Origin, tree size and root hash, one a line. */
import { strictBase64, toBase64 } from '../kernel/bytes.ts';
import { hashBytes } from './merkle.ts';

export interface Checkpoint {
  /** Who the log is. Ours is always the name of the key that signs. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text to sign. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * Reads the text of a note as a checkpoint; `undefined` when it is none. Extension lines are refused: the standard allows
 * them without recommending it, ours has none, and what is not understood must not pass as verified.
 */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, root, ...rest] = text.split('\n');
  if (origin === undefined || size === undefined || root === undefined) return undefined;
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || rest.length !== 1 || rest[0] !== '') return undefined;
  const hash = strictBase64(root);
  const leaves = Number(size);
  if (hash?.length !== hashBytes || !Number.isSafeInteger(leaves)) return undefined;
  return { origin, size: leaves, root: hash };
}
