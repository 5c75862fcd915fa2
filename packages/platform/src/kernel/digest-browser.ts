/** What `digest.ts` says, for a page: the same functions without Node, by @noble/hashes. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { toHex, utf8Bytes } from './bytes.ts';

const bytesOf = (data: Uint8Array | string): Uint8Array => (typeof data === 'string' ? utf8Bytes(data) : data);

/** SHA-256 of some bytes, or of a text's UTF-8, as 32 bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return nobleSha256(bytesOf(data));
}

/** SHA-256 of some bytes, written to `target` at `offset`. */
export function sha256Into(target: Uint8Array, offset: number, data: Uint8Array): void {
  target.set(nobleSha256(data), offset);
}

/** SHA-256 of some bytes, or of a text's UTF-8, as 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return toHex(sha256(data));
}

/** SHA-256 of bytes that arrive in pieces; `hex` ends it. */
export function sha256Stream(): { update(piece: Uint8Array): void; hex(): string } {
  const running = nobleSha256.create();
  return {
    update: (piece) => void running.update(piece),
    hex: () => toHex(running.digest()),
  };
}
