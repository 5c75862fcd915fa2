/**
 * Packed bytes, unpacked by streaming, by Node where it can and by unpackers of ours where it cannot: small ones to memory, larger
 * ones to a temporary file that is read by ranges, so that memory stays flat. A bomb is given up at a ratio and at a bound on all
 * that one inspection unpacks.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { type Bytes, bytesOf, Damaged, FileBytes, TooMuch } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { unpackBzip2 } from './bzip2.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackLzmaAlone } from './lzma-alone.ts';
import { ByteStream, type Unpacker } from './stream.ts';
import { unpackXz } from './xz.ts';

const ofNode = {
  gzip: () => createGunzip(),
  zlib: () => createInflate(),
  zstd: () => createZstdDecompress(),
  deflate: () => createInflateRaw(),
};
const ofOurs: Readonly<Record<'xz' | 'lzma' | 'bzip2' | 'lz4', Unpacker>> = {
  xz: unpackXz,
  lzma: unpackLzmaAlone,
  bzip2: unpackBzip2,
  lz4: unpackLz4,
};

export type Packing = keyof typeof ofNode | keyof typeof ofOurs;

const inMemory = 8 << 20;
const piece = 1 << 20;
/** Weights that are all zero are packed as well as any bomb, but are not this long. */
const beforeRatio = 256 << 20;

export interface Unpacked {
  readonly bytes: Bytes;
  /** How much of the packed bytes belonged to it. */
  readonly consumed: number;
  close(): void;
}

/** @throws Damaged when it is broken or cut off, TooMuch at a bound */
export async function unpacked(inspection: Inspection, part: Part, packing: Packing | Unpacker): Promise<Unpacked> {
  const { limits } = inspection.surroundings;
  const source = part.bytes;
  let read = 0;
  let out = 0;
  let kept = Buffer.alloc(0);
  let folder: string | undefined;
  let file: number | undefined;
  const close = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const keep = (chunk: Buffer) => {
    out += chunk.length;
    inspection.unpacked += chunk.length;
    inspection.mustHaveTime(0);
    if (inspection.unpacked > limits.unpacked)
      throw new TooMuch(0, `What is packed in it unpacks to more than ${limits.unpacked} bytes.`);
    if (out > beforeRatio && out > read * limits.ratio)
      throw new TooMuch(0, `It unpacks to more than ${limits.ratio} times its size, as bombs do.`);
    if (file === undefined && out <= inMemory) {
      // Copied, because a million small ones would cost more than what is in them.
      if (out > kept.length) kept = Buffer.concat([kept], Math.min(inMemory, 2 * out));
      chunk.copy(kept, out - chunk.length);
      return;
    }
    if (file === undefined) {
      folder = mkdtempSync(join(tmpdir(), 'firebreak-unpacked-'));
      file = openSync(join(folder, 'part'), 'wx+', 0o600);
      writeAll(file, kept.subarray(0, out - chunk.length));
      kept = Buffer.alloc(0);
    }
    writeAll(file, chunk);
  };
  async function byNode(kind: keyof typeof ofNode): Promise<number> {
    function* pieces() {
      for (let at = 0; at < source.size; at += piece) {
        const length = Math.min(piece, source.size - at);
        read = at + length;
        yield Buffer.from(source.read(at, length));
      }
    }
    const engine = ofNode[kind]();
    await pipeline(Readable.from(pieces(), { objectMode: true }), engine, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) keep(chunk);
    });
    return engine.bytesWritten;
  }
  async function byUnpacker(unpack: Unpacker): Promise<number> {
    const stream = new ByteStream(source);
    for (const chunk of unpack(stream)) {
      read = stream.at;
      keep(chunk);
      // A signal or another request may want its turn.
      await setImmediate();
    }
    return stream.at;
  }
  try {
    const consumed = await (typeof packing === 'function'
      ? byUnpacker(packing)
      : isOfNode(packing)
        ? byNode(packing)
        : byUnpacker(ofOurs[packing]));
    if (file === undefined || folder === undefined) return { bytes: bytesOf(kept.subarray(0, out)), consumed, close };
    closeSync(file);
    file = undefined;
    const bytes = new FileBytes(join(folder, 'part'));
    return {
      bytes,
      consumed,
      close: () => {
        bytes.close();
        close();
      },
    };
  } catch (error) {
    close();
    if (error instanceof Damaged) throw error;
    if (isOfZlib(error)) throw new Damaged(0, 'It is packed, and broken or cut off.');
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function isOfNode(packing: Packing): packing is keyof typeof ofNode {
  return packing in ofNode;
}

function isOfZlib(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && (code.startsWith('Z_') || code.startsWith('ZSTD') || code.startsWith('ERR_'));
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
