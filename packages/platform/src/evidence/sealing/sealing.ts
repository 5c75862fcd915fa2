/**
 * Encryption at rest. A sealing turns a stream of clear bytes into one that only holders of a key can read, and back.
 *
 * The log names sealed blobs by the digest of the *sealed* bytes, so that anybody who holds the store can check that nothing was
 * changed, without a key. It binds the *clear* bytes by a salted commitment and not by their digest: who knows the digest of a short
 * or guessable thing (a key, a yes or no) can try guesses against it for as long as the log exists, and a log is handed out.
 */
import { createHash } from 'node:crypto';
import type { SealingKind } from '../vault-store.ts';

/** The key material of one snapshot. */
export interface SnapshotSeal {
  /** Blobs with the same label are sealed alike: the same content need not be kept twice among them. */
  readonly label: string;
  seal(clear: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export interface Sealing {
  readonly kind: SealingKind;
  /** In words, for the custody record. */
  readonly method: string;
  /** For a new snapshot: what to keep of its key (null: nothing), wrapped. */
  newKey(snapshot: string): Promise<Uint8Array | null>;
  sealFor(snapshot: string, dataKey: Uint8Array | null): Promise<SnapshotSeal>;
  /** @throws FirebreakError FB-EVIDENCE-SEALED when no key opens it, or it was changed */
  open(sealed: AsyncIterable<Uint8Array>, snapshot: string, dataKey: Uint8Array | null): AsyncIterable<Uint8Array>;
}

/** What binds the clear bytes: SHA-256 over 32 random bytes and the SHA-256 of the clear bytes. */
export function commitmentTo(clearSha256: Uint8Array, salt: Uint8Array): string {
  return createHash('sha256').update(salt).update(clearSha256).digest('hex');
}

/** Everything as it is. */
export const unsealed: Sealing = {
  kind: 'none',
  method: 'not encrypted',
  newKey: async () => null,
  sealFor: async () => ({ label: 'none', seal: (clear) => clear }),
  open: (sealed) => sealed,
};
