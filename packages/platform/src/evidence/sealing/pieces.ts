/**
 * Sealing a stream in pieces that are checked one by one: 64 KiB each, in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár
 * 2015), as age has it too: the nonce is a counter of eleven bytes and whether it is the last piece, so that pieces cannot be dropped,
 * swapped or cut off at the end. A key seals one stream and no other.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { FirebreakError } from '@firebreak/contract';

type Cipher = 'aes-256-gcm' | 'chacha20-poly1305';

const pieceBytes = 64 * 1024;
const tagBytes = 16;

/** @param about bound to every piece: sealed for one thing, it does not open as another */
export async function* sealPieces(
  clear: AsyncIterable<Uint8Array>,
  cipher: Cipher,
  key: Uint8Array,
  about = '',
): AsyncGenerator<Uint8Array> {
  const bound = Buffer.from(about);
  let count = 0;
  for await (const some of inPieces(clear, pieceBytes)) {
    const sealed: Buffer[] = [];
    for (const { bytes, last } of some) {
      const sealing = sealerOf(cipher, key, nonce(count, last));
      if (bound.length > 0) sealing.setAAD(bound, { plaintextLength: bytes.length });
      sealed.push(sealing.update(bytes), sealing.final(), sealing.getAuthTag());
      count += 1;
    }
    yield Buffer.concat(sealed);
  }
}

/** @throws FirebreakError FB-EVIDENCE-SEALED */
export async function* openPieces(
  sealed: AsyncIterable<Uint8Array>,
  cipher: Cipher,
  key: Uint8Array,
  about = '',
): AsyncGenerator<Uint8Array> {
  const bound = Buffer.from(about);
  let count = 0;
  for await (const some of inPieces(sealed, pieceBytes + tagBytes)) {
    const clear: Buffer[] = [];
    for (const { bytes, last } of some) {
      const end = bytes.length - tagBytes;
      // Only a stream of nothing has a piece of nothing.
      if (end < 0 || (end === 0 && count > 0)) throw notOpened('It is cut off.');
      const opening = openerOf(cipher, key, nonce(count, last));
      if (bound.length > 0) opening.setAAD(bound, { plaintextLength: end });
      opening.setAuthTag(bytes.subarray(end));
      try {
        clear.push(opening.update(bytes.subarray(0, end)), opening.final());
      } catch (cause) {
        throw notOpened('It was changed or cut off, or sealed under another key.', cause);
      }
      count += 1;
    }
    yield Buffer.concat(clear);
  }
}

// Node's types know each of the two ciphers, and not either of them.
function sealerOf(cipher: Cipher, key: Uint8Array, iv: Uint8Array) {
  return cipher === 'aes-256-gcm'
    ? createCipheriv(cipher, key, iv, { authTagLength: tagBytes })
    : createCipheriv(cipher, key, iv, { authTagLength: tagBytes });
}

function openerOf(cipher: Cipher, key: Uint8Array, iv: Uint8Array) {
  return cipher === 'aes-256-gcm'
    ? createDecipheriv(cipher, key, iv, { authTagLength: tagBytes })
    : createDecipheriv(cipher, key, iv, { authTagLength: tagBytes });
}

function nonce(count: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(count, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

interface Piece {
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Pieces of exactly this size, the last one shorter or empty; those of one chunk at a time. */
async function* inPieces(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<readonly Piece[]> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    const pieces: Piece[] = [];
    let from = 0;
    // One piece is always held back: only at the end it is known which is the last.
    for (; held.length - from > size; from += size)
      pieces.push({ bytes: held.subarray(from, from + size), last: false });
    held = held.subarray(from);
    if (pieces.length > 0) yield pieces;
  }
  yield [{ bytes: held, last: true }];
}

/**
 * What a stream begins with, and the rest of it; undefined where it ends before.
 *
 * @param length of the head, once so much is there that it can be told
 */
export async function headOf(
  source: AsyncIterable<Uint8Array>,
  length: (begun: Buffer) => number | undefined,
  most: number,
): Promise<{ readonly head: Buffer; readonly rest: AsyncIterable<Uint8Array> } | undefined> {
  const reader = source[Symbol.asyncIterator]();
  let begun: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = length(begun);
    if (end !== undefined && begun.length >= end) {
      const over = begun.subarray(end);
      const rest = (async function* () {
        if (over.length > 0) yield over;
        yield* { [Symbol.asyncIterator]: () => reader };
      })();
      return { head: begun.subarray(0, end), rest };
    }
    const step = begun.length > most ? { done: true as const } : await reader.next();
    if (step.done === true) return undefined;
    begun = Buffer.concat([begun, step.value]);
  }
}

export function notOpened(why: string, cause?: unknown): FirebreakError {
  return new FirebreakError('FB-EVIDENCE-SEALED', why, { cause });
}
