/** SHA-256 on Node. Code that runs in a browser too imports `#digest`, which is this file or `digest-browser.ts`. */
import { createHash, hash } from 'node:crypto';

/**
 * SHA-256 (FIPS 180-4) of some bytes, or of a text's UTF-8, as 32 bytes.
 *
 * By way of a latin-1 string: on short inputs Node hands a string out twice as fast as a buffer of its own, and the ledger
 * does little else than hash short inputs.
 */
export function sha256(data: Uint8Array | string): Uint8Array {
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/** SHA-256 of some bytes, written to `target` at `offset`. */
export function sha256Into(target: Uint8Array, offset: number, data: Uint8Array): void {
  const digest = hash('sha256', data, 'binary');
  for (let at = 0; at < 32; at += 1) target[offset + at] = digest.charCodeAt(at);
}

/** SHA-256 of some bytes, or of a text's UTF-8, as 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of bytes that arrive in pieces; `hex` ends it. */
export function sha256Stream(): { update(piece: Uint8Array): void; hex(): string } {
  const running = createHash('sha256');
  return {
    update: (piece) => void running.update(piece),
    hex: () => running.digest('hex'),
  };
}
