/**
 * Sealing a stream under a data key, in pieces that are checked one by one: AES-256-GCM over 64 KiB each, in the STREAM construction
 * (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce holds a counter and whether it is the last piece, so that pieces cannot be
 * dropped, swapped or cut off at the end. Every blob has a key of its own, drawn from the data key by HKDF with 32 random bytes, so that
 * no nonce is ever used twice under one key.
 *
 *     "firebreak-sealed/1\n" | salt (32) | piece (≤ 65,536) + tag (16) | …
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { FirebreakError } from '@firebreak/contract';

const magic = Buffer.from('firebreak-sealed/1\n');
const saltBytes = 32;
const pieceBytes = 64 * 1024;
const tagBytes = 16;

/** @param about bound to every piece: sealed for one thing, it does not open as another */
export async function* sealStream(
  clear: AsyncIterable<Uint8Array>,
  dataKey: Uint8Array,
  about: string,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(saltBytes);
  const key = keyFrom(dataKey, salt);
  yield Buffer.concat([magic, salt]);
  let count = 0;
  for await (const { bytes, last } of inPieces(clear, pieceBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce(count, last)).setAAD(Buffer.from(about));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    count += 1;
  }
}

/** @throws FirebreakError FB-EVIDENCE-SEALED */
export async function* openStream(
  sealed: AsyncIterable<Uint8Array>,
  dataKey: Uint8Array,
  about: string,
): AsyncGenerator<Uint8Array> {
  const reader = sealed[Symbol.asyncIterator]();
  const { head, rest } = await headOf(reader, magic.length + saltBytes);
  if (head === undefined || !head.subarray(0, magic.length).equals(magic)) throw notOpened('It is not sealed by us.');
  const key = keyFrom(dataKey, head.subarray(magic.length));
  let count = 0;
  for await (const { bytes, last } of inPieces(rest, pieceBytes + tagBytes)) {
    if (bytes.length < tagBytes) throw notOpened('It is cut off.');
    const end = bytes.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce(count, last))
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(end));
    let piece: Buffer;
    try {
      piece = Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]);
    } catch (cause) {
      throw notOpened('It was changed or cut off, or sealed under another key.', cause);
    }
    yield piece;
    count += 1;
  }
}

function keyFrom(dataKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, salt, 'firebreak evidence', 32));
}

function nonce(count: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(count, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

/** Pieces of exactly this size, the last one shorter or empty. */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly last: boolean }> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    let from = 0;
    // One piece is always held back: only at the end it is known which is the last.
    for (; held.length - from > size; from += size) yield { bytes: held.subarray(from, from + size), last: false };
    held = held.subarray(from);
  }
  yield { bytes: held, last: true };
}

async function headOf(
  reader: AsyncIterator<Uint8Array>,
  size: number,
): Promise<{ readonly head: Buffer | undefined; readonly rest: AsyncIterable<Uint8Array> }> {
  let head = Buffer.alloc(0);
  while (head.length < size) {
    const step = await reader.next();
    if (step.done === true) return { head: undefined, rest: (async function* () {})() };
    head = Buffer.concat([head, step.value]);
  }
  const over = head.subarray(size);
  const rest = (async function* () {
    if (over.length > 0) yield over;
    for (;;) {
      const step = await reader.next();
      if (step.done === true) return;
      yield step.value;
    }
  })();
  return { head: head.subarray(0, size), rest };
}

function notOpened(why: string, cause?: unknown): FirebreakError {
  return new FirebreakError('FB-EVIDENCE-SEALED', why, { cause });
}
