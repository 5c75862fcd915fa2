import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { FirebreakError } from '@firebreak/contract';

/**
 * Whole or not at all: half an evidence file under the final name would look like tampering. The draft's name cannot be
 * guessed, so nobody can have put a link there.
 *
 * @throws FirebreakError FB-OUTPUT-UNWRITABLE, and what the source throws
 */
export async function writeWhole(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}.part`;
  try {
    // Open before anything can fail: a stream that opens by itself may make the file after it was removed.
    const handle = await open(draft, 'wx', 0o600);
    await pipeline(chunks, handle.createWriteStream({ flush: true }));
    await rename(draft, file);
  } catch (cause) {
    if (!isOfWriting(cause)) throw cause;
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${cause.message}.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

function isOfWriting(cause: unknown): cause is Error {
  return (
    cause instanceof Error && 'syscall' in cause && ['open', 'write', 'fsync', 'rename'].includes(String(cause.syscall))
  );
}
