/**
 * Sealing a stream under a data key with AES-256-GCM (`pieces.ts`). Every blob has a key of its own, drawn from the data key by HKDF with
 * 32 random bytes, so that no nonce is ever used twice under one key.
 *
 *     "firebreak-sealed/1\n" | salt (32) | piece (≤ 65,536) + tag (16) | …
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { headOf, notOpened, openPieces, sealPieces } from './pieces.ts';

const magic = Buffer.from('firebreak-sealed/1\n');
const saltBytes = 32;
const headBytes = magic.length + saltBytes;

/** @param about bound to every piece: sealed for one thing, it does not open as another */
export async function* sealStream(
  clear: AsyncIterable<Uint8Array>,
  dataKey: Uint8Array,
  about: string,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(saltBytes);
  yield Buffer.concat([magic, salt]);
  yield* sealPieces(clear, 'aes-256-gcm', keyFrom(dataKey, salt), about);
}

/** @throws FirebreakError FB-EVIDENCE-SEALED */
export async function* openStream(
  sealed: AsyncIterable<Uint8Array>,
  dataKey: Uint8Array,
  about: string,
): AsyncGenerator<Uint8Array> {
  const begun = await headOf(sealed, () => headBytes, headBytes);
  if (begun === undefined || !begun.head.subarray(0, magic.length).equals(magic))
    throw notOpened('It is not sealed by us.');
  yield* openPieces(begun.rest, 'aes-256-gcm', keyFrom(dataKey, begun.head.subarray(magic.length)), about);
}

function keyFrom(dataKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, salt, 'firebreak evidence', 32));
}
