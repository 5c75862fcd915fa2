import { randomBytes } from 'node:crypto';

/** RFC 4648 base32 in lower case: no letter can be taken for a digit, safe in URLs, file and object names. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** `newId('inc')` gives `inc_` and 20 characters: 100 random bits, so ids need no registry and cannot be guessed. */
export function newId(prefix: string): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(20)) id += alphabet[byte & 31];
  return id;
}
