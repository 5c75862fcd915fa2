import { createHmac } from 'node:crypto';

/**
 * HMAC-SHA-256 (RFC 2104) as hex: tells two secrets apart, and tells nothing to whoever has no key. A plain digest would let anybody
 * who reads the database try passwords.
 */
export function keyedDigest(key: Uint8Array): (secret: string) => string {
  return (secret) => createHmac('sha256', key).update('firebreak secret\0').update(secret).digest('hex');
}
