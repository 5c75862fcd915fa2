/**
 * C2SP signed notes (c2sp.org/signed-note) with Ed25519, the form in which Go's checksum database and transparency logs
 * sign their checkpoints: a text, an empty line, and lines of `— <key name> base64(key id || signature)`.
 *
 * What must stay true: a text counts only when a key that the reader trusts has signed it; signatures of unknown keys are
 * passed over, however many agree; a bad signature of a trusted key condemns the whole note. Base64 is read strictly, so
 * that no bit of a note can be changed without breaking it.
 *
 * Nothing in here is of Node: a page without a server opens notes with the same code. Signing is in `note-signer.ts`.
 */
import { sha256 } from '#digest';
import { ed25519Verifier } from '#signature';
import { joinBytes, sameBytes, strictBase64, toBase64, toHex, utf8Bytes, utf8Text } from '../kernel/bytes.ts';

/** c2sp.org/signed-note's number for Ed25519. */
export const ed25519Type = 0x01;
const keyIdBytes = 4;
/** Bytes of an Ed25519 key, private or public (RFC 8032). */
export const keyBytes = 32;
/** Both far above what the standard asks readers to accept (16 signatures of up to 5 kB). */
const maximumNoteBytes = 128 * 1024;
const maximumSignatures = 100;

export interface NoteSigner {
  readonly name: string;
  /** The public half, as text: what a reader needs to check the signatures. */
  readonly verifierKey: string;
  /** The signature line's payload: key id and signature. */
  sign(text: string): Uint8Array;
}

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: Uint8Array;
  /** The text that it was read from. */
  readonly verifierKey: string;
  verify(text: string, signature: Uint8Array): boolean;
}

/** Whether a text can be the name of a key: not empty, no Unicode space, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\s\p{Z}\p{Cc}+]+$/u.test(name);
}

/** A verifier from `name+hex(key id)+base64(0x01 || public key)`, or `undefined` when the text is not exactly that. */
export function noteVerifier(verifierKey: string): NoteVerifier | undefined {
  return typedVerifier(verifierKey, ed25519Type, (verify) => (text, signature) => verify(utf8Bytes(text), signature));
}

/**
 * A verifier from the key of one signature type; `undefined` for any other text.
 *
 * @param verification what the type signs of a text, and where in its payload the Ed25519 signature is
 */
export function typedVerifier(
  verifierKey: string,
  type: number,
  verification: (verify: ReturnType<typeof ed25519Verifier>) => NoteVerifier['verify'],
): NoteVerifier | undefined {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(verifierKey);
  const [, name, id, encoded] = match ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) return undefined;
  const typed = strictBase64(encoded);
  if (typed?.length !== 1 + keyBytes || typed[0] !== type) return undefined;
  const keyId = keyIdOf(name, typed);
  if (toHex(keyId) !== id) return undefined;
  return { name, keyId, verifierKey, verify: verification(ed25519Verifier(typed.subarray(1))) };
}

/** The text that names a public key: `name+hex(key id)+base64(type || public key)`. */
export function verifierKeyText(name: string, type: number, publicKey: Uint8Array): string {
  const typed = joinBytes(Uint8Array.of(type), publicKey);
  return `${name}+${toHex(keyIdOf(name, typed))}+${toBase64(typed)}`;
}

/** Signs a text, which must end in a newline and hold no other control character. Throws a TypeError otherwise. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text)) throw new TypeError('a note is lines of well-formed text, each ended by a newline');
  return `${text}\n${signers.map((by) => `— ${by.name} ${toBase64(by.sign(text))}\n`).join('')}`;
}

export type OpenedNote =
  | {
      readonly ok: true;
      readonly text: string;
      readonly signedBy: readonly NoteVerifier[];
      /** What each of them wrote, without the key id. */
      readonly signatures: ReadonlyMap<NoteVerifier, Uint8Array>;
    }
  | { readonly ok: false; readonly why: 'no-note' | 'wrong' | 'unsigned'; readonly reason: string };

/** Reads a note. It is `ok` when at least one of the verifiers' keys has signed it, and none of theirs is wrong. */
export function openNote(note: Uint8Array, verifiers: readonly NoteVerifier[]): OpenedNote {
  const parsed = parseNote(note);
  if (parsed === undefined) return { ok: false, why: 'no-note', reason: 'it is not a signed note' };
  const signedBy = new Map<NoteVerifier, Uint8Array>();
  for (const { name, keyId, signature } of parsed.signatures) {
    const known = verifiers.find((verifier) => verifier.name === name && sameBytes(verifier.keyId, keyId));
    if (known === undefined) continue;
    if (!known.verify(parsed.text, signature))
      return { ok: false, why: 'wrong', reason: `the signature of ${name} is wrong` };
    signedBy.set(known, signature);
  }
  if (signedBy.size === 0) return { ok: false, why: 'unsigned', reason: 'no known key has signed it' };
  return { ok: true, text: parsed.text, signedBy: [...signedBy.keys()], signatures: signedBy };
}

interface ParsedNote {
  readonly text: string;
  readonly signatures: readonly { name: string; keyId: Uint8Array; signature: Uint8Array }[];
}

function parseNote(note: Uint8Array): ParsedNote | undefined {
  if (note.length > maximumNoteBytes) return undefined;
  const whole = utf8Text(note);
  if (whole === undefined) return undefined;
  // The last empty line ends the text: the text itself may hold empty lines.
  const end = whole.lastIndexOf('\n\n');
  if (end < 0 || !isNoteText(whole)) return undefined;
  const lines = whole.slice(end + 2, -1).split('\n');
  if (lines.length > maximumSignatures) return undefined;
  const signatures = [];
  for (const line of lines) {
    const [dash, name, encoded, ...more] = line.split(' ');
    const payload = encoded === undefined ? undefined : strictBase64(encoded);
    if (dash !== '—' || name === undefined || !isKeyName(name) || more.length > 0) return undefined;
    if (payload === undefined || payload.length <= keyIdBytes) return undefined;
    signatures.push({ name, keyId: payload.subarray(0, keyIdBytes), signature: payload.subarray(keyIdBytes) });
  }
  return { text: whole.slice(0, end + 1), signatures };
}

function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the standard forbids
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

/** c2sp.org/signed-note: the first bytes of SHA-256 over the name, a newline, the type and the public key. */
export function keyIdOf(name: string, typedKey: Uint8Array): Uint8Array {
  return sha256(joinBytes(utf8Bytes(`${name}\n`), typedKey)).subarray(0, keyIdBytes);
}
