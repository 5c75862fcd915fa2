/**
 * A witness of logs, C2SP tlog-witness: it remembers the largest tree that it has seen of each log that it knows, and
 * cosigns a checkpoint only when the tree has grown from there. A log that was rewritten, cut short or forked gets no
 * cosignature any more.
 *
 * What must stay true: what is remembered is durable before the cosignature leaves; of two requests that go on from the same
 * size only one is remembered, whichever process serves it; and a log's mistake never changes what is remembered.
 */
import { strictBase64, utf8Bytes, utf8Text } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { hashBytes, verifyConsistency } from '../merkle.ts';
import { type NoteVerifier, openNote } from '../note.ts';
import type { Cosigner } from '../note-signer.ts';

/** A request is no longer: 63 hashes, and a note. */
export const maximumRequestBytes = 140 * 1024;
const maximumProofLines = 63;

/** The largest tree that was cosigned of a log. */
export interface WitnessedTree {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface WitnessStore {
  latest(origin: string): Promise<WitnessedTree | undefined>;
  /**
   * Remembers the note as what follows `oldSize`, durably. False when something else follows it already.
   */
  advance(origin: string, oldSize: number, note: Uint8Array): Promise<boolean>;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export interface Witness {
  readonly verifierKey: string;
  /** Answers the body of a `POST add-checkpoint`. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>;
}

/** @param logs the logs that it knows, by their verifier keys; a log's name is its origin */
export function createWitness(parts: {
  readonly cosigner: Cosigner;
  readonly logs: readonly NoteVerifier[];
  readonly store: WitnessStore;
  readonly clock: Clock;
}): Witness {
  const { cosigner, logs, store, clock } = parts;

  async function answer(body: Uint8Array): Promise<WitnessAnswer> {
    const request = parseRequest(body);
    if (request === undefined) return refusal(400, 'the request is not one of add-checkpoint');
    const { oldSize, proof, note } = request;
    const origin = utf8Text(note)?.split('\n', 1)[0] ?? '';
    const keys = logs.filter(({ name }) => name === origin);
    if (keys.length === 0) return refusal(404, 'this log is not known here');
    const opened = openNote(note, keys);
    const checkpoint = opened.ok ? parseCheckpoint(opened.text) : undefined;
    if (!opened.ok) return refusal(opened.why === 'no-note' ? 400 : 403, opened.reason);
    if (checkpoint === undefined || checkpoint.origin !== origin)
      return refusal(400, 'what is signed is no checkpoint');
    const { size, root } = checkpoint;
    if (oldSize > size) return refusal(400, 'the old size is larger than the new one');

    const latest = await store.latest(origin);
    const known = latest?.size ?? 0;
    if (oldSize !== known) return conflict(known);
    if (latest !== undefined) {
      const claim = { oldSize, oldRoot: latest.root, size, root, proof };
      if (!verifyConsistency(claim)) {
        return oldSize === size && proof.length === 0
          ? conflict(known)
          : refusal(422, 'the new tree does not begin with the one that was cosigned before');
      }
    } else if (proof.length > 0) return refusal(422, 'from nothing there is nothing to prove');
    if (size !== known && !(await store.advance(origin, oldSize, note))) {
      return conflict((await store.latest(origin))?.size ?? 0);
    }
    const seconds = Math.floor(clock.now().getTime() / 1000);
    return { status: 200, type: 'text/plain; charset=utf-8', body: cosigner.cosign(opened.text, seconds) };
  }

  return { verifierKey: cosigner.verifierKey, addCheckpoint: answer };
}

function refusal(status: 400 | 403 | 404 | 422, reason: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${reason}\n` };
}

function conflict(size: number): WitnessAnswer {
  return { status: 409, type: 'text/x.tlog.size', body: `${size}\n` };
}

/** The body of a request, as the log writes it. */
export function requestBody(oldSize: number, proof: readonly Uint8Array[], note: string): string {
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${lines.join('')}\n${note}`;
}

function parseRequest(body: Uint8Array) {
  const text = body.length > maximumRequestBytes ? undefined : utf8Text(body);
  const end = text?.indexOf('\n\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const [first, ...lines] = text.slice(0, end).split('\n');
  const oldSize = Number(/^old (0|[1-9]\d{0,15})$/.exec(first ?? '')?.[1]);
  if (!Number.isSafeInteger(oldSize) || lines.length > maximumProofLines) return undefined;
  const proof: Uint8Array[] = [];
  for (const line of lines) {
    const hash = strictBase64(line);
    if (hash?.length !== hashBytes) return undefined;
    proof.push(hash);
  }
  return { oldSize, proof, note: utf8Bytes(text.slice(end + 2)) };
}
