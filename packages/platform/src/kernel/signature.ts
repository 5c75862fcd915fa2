/** Ed25519 on Node. Code that runs in a browser too imports `#signature`, which is this file or `signature-browser.ts`. */
import { createPublicKey, verify } from 'node:crypto';

/**
 * A check of signatures by one public key of 32 bytes (RFC 8032). A key that is no point of the curve has signed nothing.
 */
export function ed25519Verifier(publicKey: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return (message, signature) => signature.length === 64 && verify(null, message, key, signature);
}
