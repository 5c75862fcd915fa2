/**
 * Packed bytes, unpacked by streaming: small ones to memory, larger ones to a temporary file that is read by ranges, so that memory
 * stays flat. A bomb is given up at a ratio and at a bound on all that one inspection unpacks.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { type Bytes, bytesOf, Damaged, FileBytes, TooMuch } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';

export type Packing = 'gzip' | 'zlib' | 'zstd' | 'deflate';

const inMemory = 8 << 20;
const piece = 1 << 20;
const beforeRatio = 1 << 20;

export interface Unpacked {
  readonly bytes: Bytes;
  /** How much of the packed bytes belonged to it. */
  readonly consumed: number;
  close(): void;
}

/** @throws Damaged when it is broken or cut off, TooMuch at a bound */
export async function unpacked(inspection: Inspection, part: Part, packing: Packing): Promise<Unpacked> {
  const { limits } = inspection.surroundings;
  const engine = {
    gzip: () => createGunzip(),
    zlib: () => createInflate(),
    zstd: () => createZstdDecompress(),
    deflate: () => createInflateRaw(),
  }[packing]();
  const source = part.bytes;
  let read = 0;
  function* pieces() {
    for (let at = 0; at < source.size; at += piece) {
      const length = Math.min(piece, source.size - at);
      read = at + length;
      yield Buffer.from(source.read(at, length));
    }
  }
  let out = 0;
  let kept: Buffer[] = [];
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
      throw new Damaged(0, `It unpacks to more than ${limits.ratio} times its size: a bomb.`);
    if (file === undefined && out <= inMemory) {
      kept.push(chunk);
      return;
    }
    if (file === undefined) {
      folder = mkdtempSync(join(tmpdir(), 'firebreak-unpacked-'));
      file = openSync(join(folder, 'part'), 'wx+', 0o600);
      for (const before of kept) writeAll(file, before);
      kept = [];
    }
    writeAll(file, chunk);
  };
  try {
    await pipeline(Readable.from(pieces(), { objectMode: true }), engine, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) keep(chunk);
    });
    const consumed = engine.bytesWritten;
    if (file === undefined || folder === undefined) return { bytes: bytesOf(Buffer.concat(kept)), consumed, close };
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

function isOfZlib(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && (code.startsWith('Z_') || code.startsWith('ZSTD') || code.startsWith('ERR_'));
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
