import { open } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import { codeOf } from '../../intake/walk.ts';

/**
 * A file whole, unless it has more than `most` bytes; what its size says is not believed.
 *
 * @throws FirebreakError FB-SIGNATURE-UNREADABLE, FB-SIGNATURE-BOUND
 */
export async function readUpTo(path: string, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    await using file = await open(path);
    for await (const piece of file.createReadStream({ autoClose: false, end: most })) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
  } catch (error) {
    throw new FirebreakError('FB-SIGNATURE-UNREADABLE', `${printable(path)} cannot be read (${codeOf(error)}).`);
  }
  if (bytes > most) throw new FirebreakError('FB-SIGNATURE-BOUND', `${printable(path)} is longer than ${most} bytes.`);
  return Buffer.concat(pieces);
}
