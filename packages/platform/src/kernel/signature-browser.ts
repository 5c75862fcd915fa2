/** What `signature.ts` says, for a page: the same function without Node, by @noble/curves. */
import { ed25519 } from '@noble/curves/ed25519.js';

/** As strict as RFC 8032 and as Node: no second meaning of a signature or a key. */
const strict = { zip215: false };

/**
 * A check of signatures by one public key of 32 bytes (RFC 8032). A key that is no point of the curve has signed nothing.
 */
export function ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean {
  return (message, signature) => {
    if (signature.length !== 64) return false;
    try {
      return ed25519.verify(signature, message, publicKey, strict);
    } catch {
      return false;
    }
  };
}
