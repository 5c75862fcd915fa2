import { createHash, hash } from 'node:crypto';

/** SHA-256 (FIPS 180-4) of some bytes, or of a text's UTF-8, as 32 bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer');
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
