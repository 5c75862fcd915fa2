/**
 * The bytes of a file that may be packed by gzip or zstd, told by their first bytes and never by a name. A bomb is given up at a bound
 * on what comes out, and before that at a ratio that no log has.
 */
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ReadingFailed } from './documents/read-documents.ts';
import { gap } from './gap.ts';

/** Whoever looks for the end of a long line looks at each chunk anew: few large ones. */
const chunkSize = 1 << 20;
const mostOut = 16 * 1024 ** 3;
/** Logs shrink by ten to a hundred; after so much output more than this is no log. */
const mostRatio = 1000;
const beforeRatio = 64 * 1024 ** 2;

export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limits: { readonly mostOut?: number } = {},
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const magic = first.value.subarray(0, 4);
  const unpack = isGzip(magic)
    ? createGunzip({ chunkSize })
    : isZstd(magic)
      ? createZstdDecompress({ chunkSize })
      : undefined;
  let read = 0;
  const all = async function* () {
    for (let next: IteratorResult<Uint8Array> = first; next.done !== true; next = await iterator.next()) {
      read += next.value.byteLength;
      yield next.value;
    }
  };
  if (unpack === undefined) {
    yield* all();
    return;
  }
  const failed = (reason: string) => new ReadingFailed(gap('FB-SOURCE-UNREADABLE', ['*'], name, reason));
  // What goes wrong in it is seen by whoever reads what comes out.
  const fed = pipeline(all(), unpack).catch(() => {});
  let out = 0;
  try {
    for await (const chunk of unpack as AsyncIterable<Buffer>) {
      out += chunk.byteLength;
      if (out > (limits.mostOut ?? mostOut))
        throw failed(`It unpacks to more than ${limits.mostOut ?? mostOut} bytes.`);
      if (out > beforeRatio && out > read * mostRatio)
        throw failed(`It unpacks to more than ${mostRatio} times its size.`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ReadingFailed) throw error;
    throw failed('It is packed, and broken or cut off: what came before was read.');
  } finally {
    unpack.destroy();
    await fed;
  }
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const isZstd = (bytes: Uint8Array) => bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
