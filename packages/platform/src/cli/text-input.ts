import { createReadStream } from 'node:fs';
import { FirebreakError } from '@firebreak/contract';
import { printable } from '../intake/foreign.ts';
import { codeOf } from '../intake/walk.ts';

export interface TextBounds {
  readonly mostBytes: number;
  readonly input: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/**
 * A text from a file, or from `input` for `-`. What is no UTF-8 in it is replaced, as whoever shows it would.
 *
 * @throws FirebreakError FB-SOURCE-UNREADABLE, FB-FILE-TOO-LARGE
 */
export async function readText(path: string, { mostBytes, input, signal }: TextBounds): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of path === '-' ? input : createReadStream(path, { signal })) {
      bytes += piece.length;
      if (bytes > mostBytes)
        throw new FirebreakError('FB-FILE-TOO-LARGE', `${printable(path)} is longer than ${mostBytes} bytes.`);
      pieces.push(piece as Uint8Array);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FirebreakError) throw error;
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be read (${codeOf(error)}).`);
  }
  return Buffer.concat(pieces).toString('utf8');
}
