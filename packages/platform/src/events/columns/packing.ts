/**
 * How columns are packed and unpacked: in one go, with room for what mostly comes out and with tables no larger than what goes in is
 * worth. The room is outside of the heap and taken anew each time: too much of it makes the collector look through all.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { framePacking } from '../event-batch.ts';

const packed = 16 * 1024;
const unpacked = 160 * 1024;

export function pack(bytes: Buffer): Buffer {
  return zstdCompressSync(bytes, { ...framePacking, chunkSize: packed, pledgedSrcSize: bytes.length });
}

export function unpack(bytes: Buffer): Buffer {
  return zstdDecompressSync(bytes, { chunkSize: unpacked });
}
