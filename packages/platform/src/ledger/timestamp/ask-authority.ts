/** Asks an RFC 3161 authority for a time stamp over HTTP (section 3.4), and takes nothing but one that holds. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../kernel/digest.ts';
import { maximumTimestampBytes } from '../evidence-format.ts';
import { boundedBody } from '../witness/ask-witness.ts';
import type { Certificate } from './certificate.ts';
import { integer, octets, sequence, sha256Algorithm, yes } from './der.ts';
import { checkTimestamp } from './timestamp-answer.ts';

export interface TimestampAuthority {
  readonly url: string;
  /** Its certificate, or that of whoever issued it. */
  readonly certificates: readonly Certificate[];
}

export type AskedAuthority =
  | { readonly ok: true; readonly answer: Uint8Array; readonly at: string }
  | { readonly ok: false; readonly reason: string };

const timeoutMs = 10_000;

/** A time stamp of these bytes, or why there is none. */
export async function askAuthority(
  { url, certificates }: TimestampAuthority,
  data: Uint8Array,
  signal?: AbortSignal,
): Promise<AskedAuthority> {
  const nonce = newNonce();
  const timeout = AbortSignal.timeout(timeoutMs);
  let answer: Uint8Array;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: timestampRequest(data, nonce),
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    if (!response.ok) return { ok: false, reason: `it answered ${response.status}` };
    answer = await boundedBody(response, maximumTimestampBytes);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, reason: `it does not answer: ${cause instanceof Error ? cause.message : 'no reason given'}` };
  }
  const checked = await checkTimestamp(answer, data, { certificates, nonce });
  if (checked.state !== 'holds' || checked.at === null) return { ok: false, reason: checked.detail };
  return { ok: true, answer, at: checked.at };
}

/** TimeStampReq, section 2.4.1: SHA-256 of the bytes, a nonce, and the wish for the certificate. */
export function timestampRequest(data: Uint8Array, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const imprint = sequence(sha256Algorithm, octets(sha256(data)));
  return sequence(integer(Uint8Array.of(1)), imprint, integer(nonce), yes);
}

/** 63 bits of chance, as a positive number without a leading zero. */
function newNonce(): Buffer {
  const nonce = randomBytes(8);
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  return nonce;
}
