import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 1 << 20;

/**
 * What is in an open file, to its end, in chunks of a mebibyte at most; closes it. A chunk is as large as what is left of the file: of
 * many small files nothing is set aside that they do not fill, which a stream of Node's would do.
 */
export async function* fileBytes(handle: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    const { size } = await handle.stat();
    for (let at = 0; ; ) {
      // One more byte is asked for at the end: a file that grows must be noticed.
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(size - at, 1)));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      yield bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
