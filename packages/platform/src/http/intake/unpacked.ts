/**
 * What a sender of logs posts, before it is parsed: unpacked where it says that it is packed, or held against its signature. Fastify
 * counts what comes out of here against the route's bound, so that a bomb ends at it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { FirebreakError } from '@firebreak/contract';
import type { FastifyRequest } from 'fastify';

const unpackers = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
} as const;

/**
 * @param mostBytes where it stops: Fastify refuses what is longer, but would let the rest of a bomb unpack itself
 * @throws FirebreakError FB-USAGE for an encoding that we do not know
 */
export function unpacked(request: FastifyRequest, payload: Readable, mostBytes: number): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return payload;
  if (!Object.hasOwn(unpackers, encoding))
    throw new FirebreakError('FB-USAGE', 'Bodies may be packed by gzip, deflate or zstd.');
  const unpack = unpackers[encoding as keyof typeof unpackers]();
  let received = 0;
  async function* counted() {
    for await (const chunk of payload as AsyncIterable<Buffer>) {
      received += chunk.byteLength;
      yield chunk;
    }
  }
  async function* read() {
    // What goes wrong in it is seen by whoever reads what comes out.
    const fed = pipeline(counted(), unpack).catch(() => {});
    let out = 0;
    try {
      for await (const chunk of unpack as AsyncIterable<Buffer>) {
        out += chunk.byteLength;
        yield chunk;
        if (out > mostBytes) return;
      }
    } catch {
      throw new FirebreakError('FB-USAGE', 'The body is packed, and broken or cut off.');
    } finally {
      unpack.destroy();
      await fed;
    }
  }
  // Fastify compares it with Content-Length.
  const length = { get: () => received };
  return Object.defineProperty(Readable.from(read(), { objectMode: false }), 'receivedEncodedLength', length);
}

/**
 * The body, once its signature was found to be that of the secret (`X-Hub-Signature-256: sha256=<hex>`, HMAC over the bytes as sent).
 *
 * @throws FirebreakError FB-NOT-FOUND for a name without a secret, FB-AUTH-FORBIDDEN for a signature that is none, FB-USAGE for too
 * long a body
 */
export async function signed(
  request: FastifyRequest,
  payload: Readable,
  secret: string | undefined,
  mostBytes: number,
): Promise<Readable> {
  if (secret === undefined)
    throw new FirebreakError('FB-NOT-FOUND', 'No webhook has this name: start the server with --webhook <name>=….');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > mostBytes) throw new FirebreakError('FB-USAGE', `A body has at most ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const told = /^sha256=([0-9a-f]{64})$/i.exec(String(request.headers['x-hub-signature-256'] ?? ''))?.[1] ?? '';
  const own = createHmac('sha256', secret).update(body).digest();
  const theirs = Buffer.from(told, 'hex');
  if (theirs.byteLength !== own.byteLength || !timingSafeEqual(own, theirs))
    throw new FirebreakError('FB-AUTH-FORBIDDEN', 'The signature is not that of the secret of this webhook.');
  return Readable.from([body]);
}
