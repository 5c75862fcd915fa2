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

/** SHA-256 of some bytes, written to `target` at `offset`: nothing is allocated. */
export function sha256Into(target: Buffer, offset: number, data: Uint8Array): void {
  target.write(hash('sha256', data, 'binary'), offset, 32, 'latin1');
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
