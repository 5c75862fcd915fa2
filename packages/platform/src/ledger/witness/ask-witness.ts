/**
 * The log's side of C2SP tlog-witness: shows a witness a checkpoint and how it grew from the last one that the witness saw, and
 * takes its cosignature back, verified. Whatever else happens is said, with the reason; nothing is tried for ever.
 */
import { utf8Bytes } from '../../kernel/bytes.ts';
import { cosignatureVerifier, cosigningOf } from '../cosignature.ts';
import type { NoteVerifier } from '../note.ts';
import { requestBody } from './witness.ts';

/** Where a witness is, and its key: `<vkey>=<url>`. */
export interface WitnessAddress {
  readonly verifier: NoteVerifier;
  /** Submission prefix, without a slash at its end. */
  readonly url: string;
}

export type AskedWitness =
  | { readonly ok: true; readonly line: string; readonly at: Date }
  | {
      readonly ok: false;
      /** `conflict`: it has seen another history of this log. */
      readonly why: 'unreachable' | 'refused' | 'conflict' | 'wrong-cosignature';
      readonly reason: string;
    };

/** A witness answers quickly or not at all: somebody waits for the evidence. */
const timeoutMs = 10_000;
const maximumAnswerBytes = 64 * 1024;

/** Reads `<vkey>=<url>`; `undefined` when it is none. Only https, and http on the machine itself. */
export function parseWitnessAddress(text: string): WitnessAddress | undefined {
  // Base64 may end in equals signs as well: the address begins behind the one before its scheme.
  const at = text.search(/=https?:\/\//);
  const verifier = at < 0 ? undefined : cosignatureVerifier(text.slice(0, at));
  const url = at < 0 ? undefined : partyUrl(text.slice(at + 1));
  return verifier === undefined || url === undefined ? undefined : { verifier, url: url.href.replace(/\/+$/, '') };
}

/** The address of a second party: https, or http on loopback. */
export function partyUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? url : undefined;
}

export interface AskRequest {
  readonly witness: WitnessAddress;
  /** The signed note. */
  readonly note: string;
  readonly size: number;
  /** What the witness is believed to have seen last; 0 when that is not known. */
  readonly lastSize: number;
  readonly consistency: (oldSize: number, size: number) => Promise<readonly Uint8Array[]>;
  readonly signal?: AbortSignal;
}

/** Asks once, and once more from the size that the witness names when that is another one than was thought. */
export async function askWitness(request: AskRequest): Promise<AskedWitness> {
  const { size, lastSize } = request;
  const first = await ask(request, Math.min(lastSize, size));
  if (first.kind !== 'other-size') return first.end;
  if (first.size > size) {
    return { ok: false, why: 'conflict', reason: `it has seen this log with ${first.size} entries, we have ${size}` };
  }
  const second = await ask(request, first.size);
  if (second.kind !== 'other-size') return second.end;
  return { ok: false, why: 'conflict', reason: 'it has seen another tree of the same size' };
}

type Attempt =
  | { readonly kind: 'end'; readonly end: AskedWitness }
  | { readonly kind: 'other-size'; readonly size: number };

async function ask({ witness, note, size, consistency, signal }: AskRequest, oldSize: number): Promise<Attempt> {
  const proof = oldSize === 0 || oldSize === size ? [] : await consistency(oldSize, size);
  let answer: { readonly status: number; readonly type: string; readonly text: string };
  try {
    answer = await post(`${witness.url}/add-checkpoint`, requestBody(oldSize, proof, note), signal);
  } catch (error) {
    return ended('unreachable', `it does not answer: ${error instanceof Error ? causeOf(error) : 'no reason given'}`);
  }
  const { status, type, text } = answer;
  if (status === 409) {
    const known = Number(/^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1]);
    if (!type.startsWith('text/x.tlog.size') || !Number.isSafeInteger(known)) {
      return ended('conflict', 'it has seen another tree, and does not say which');
    }
    return { kind: 'other-size', size: known };
  }
  if (status === 422) return ended('conflict', 'what it has seen of this log is not how this one begins');
  if (status !== 200) return ended('refused', `it answered ${status}: ${text.slice(0, 200).trim()}`);
  // Lines of keys that are not known are passed over, as the standard wants.
  const line = text.split('\n').find((each) => each.startsWith(`— ${witness.verifier.name} `));
  const cosigned = line === undefined ? undefined : `${line}\n`;
  const cosigning = cosigningOf(utf8Bytes(`${note}${cosigned ?? ''}`), witness.verifier);
  if (cosigned === undefined || cosigning.state !== 'cosigned') {
    return ended('wrong-cosignature', 'what it sent is not its cosignature of this checkpoint');
  }
  return { kind: 'end', end: { ok: true, line: cosigned, at: cosigning.at } };
}

function ended(why: Exclude<AskedWitness, { ok: true }>['why'], reason: string): Attempt {
  return { kind: 'end', end: { ok: false, why, reason } };
}

async function post(url: string, body: string, signal: AbortSignal | undefined) {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'error',
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: Buffer.from(await boundedBody(response, maximumAnswerBytes)).toString(),
  };
}

/** The body of an answer, when it is no longer. @throws Error otherwise */
export async function boundedBody(response: Response, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > limit) throw new Error(`the answer has more than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
