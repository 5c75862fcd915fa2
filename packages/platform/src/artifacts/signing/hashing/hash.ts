/** The hash functions of the specification, as streams. */
import { createHash } from 'node:crypto';
import { createBLAKE3 } from 'hash-wasm';

export const hashNames = ['sha256', 'blake2b', 'blake3'] as const;
export type HashName = (typeof hashNames)[number];

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Once, at the end. */
  hex(): string;
}

/** A fresh hasher. BLAKE2b has 64 bytes, BLAKE3 32, as in the reference tool. */
export async function hasherOf(name: HashName): Promise<Hasher> {
  if (name === 'blake3') {
    // OpenSSL has none.
    const blake3 = await createBLAKE3();
    blake3.init();
    return { update: (bytes) => void blake3.update(bytes), hex: () => blake3.digest('hex') };
  }
  const hash = createHash(name === 'blake2b' ? 'blake2b512' : 'sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}
