/**
 * C2SP tlog-cosignature v1: a witness's statement that, at a time, the largest tree that it has seen of a log had this root. A
 * line of the note like any other, with signature type 0x04 and the time, in seconds, before the signature.
 */
import { utf8Bytes } from '../kernel/bytes.ts';
import { type NoteVerifier, openNote, typedVerifier } from './note.ts';

/** c2sp.org/tlog-cosignature's number for Ed25519 cosignatures. */
export const cosignatureType = 0x04;
const timeBytes = 8;
const signatureBytes = 64;

/** What a witness signs. @param seconds since 1970 @param text the checkpoint, without its signatures */
export function cosignedMessage(text: string, seconds: number): Uint8Array {
  return utf8Bytes(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** A verifier from a witness's key, `name+hex(key id)+base64(0x04 || public key)`; `undefined` when it is none. */
export function cosignatureVerifier(verifierKey: string): NoteVerifier | undefined {
  return typedVerifier(verifierKey, cosignatureType, (verify) => (text, payload) => {
    const seconds = cosignedAt(payload);
    return seconds !== undefined && verify(cosignedMessage(text, seconds), payload.subarray(timeBytes));
  });
}

/** The time in a cosignature, in seconds since 1970; `undefined` when it has none that a clock could show. */
function cosignedAt(payload: Uint8Array): number | undefined {
  if (payload.length !== timeBytes + signatureBytes) return undefined;
  const seconds = Number(new DataView(payload.buffer, payload.byteOffset).getBigUint64(0));
  // ECMAScript has no date beyond this.
  return seconds <= 8_640_000_000_000 ? seconds : undefined;
}

export type Cosigning =
  | { readonly state: 'cosigned'; readonly at: Date }
  | { readonly state: 'missing' }
  | { readonly state: 'wrong' };

/** Whether this witness has cosigned the note, and when. The log's own signature is somebody else's to check. */
export function cosigningOf(note: Uint8Array, witness: NoteVerifier): Cosigning {
  const opened = openNote(note, [witness]);
  if (!opened.ok) return { state: opened.why === 'wrong' ? 'wrong' : 'missing' };
  const seconds = cosignedAt(opened.signatures.get(witness) ?? new Uint8Array());
  return seconds === undefined ? { state: 'wrong' } : { state: 'cosigned', at: new Date(seconds * 1000) };
}
