/**
 * C2SP signed notes (c2sp.org/signed-note) with Ed25519, the form in which Go's checksum database and transparency logs
 * sign their checkpoints: a text, an empty line, and lines of `— <key name> base64(key id || signature)`.
 *
 * What must stay true: a text counts only when a key that the reader trusts has signed it; signatures of unknown keys are
 * passed over, however many agree; a bad signature of a trusted key condemns the whole note. Base64 is read strictly, so
 * that no bit of a note can be changed without breaking it.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from '../kernel/digest.ts';

/** c2sp.org/signed-note's number for Ed25519. */
const ed25519 = 0x01;
const keyIdBytes = 4;
const keyBytes = 32;
const signatureBytes = 64;
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

/** A signer from the 32 bytes of an Ed25519 private key (RFC 8032). Throws a TypeError on a bad name or seed. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  if (!isKeyName(name)) throw new TypeError('a key name must not be empty nor hold spaces or a plus');
  if (seed.length !== keyBytes) throw new TypeError('an Ed25519 private key has 32 bytes');
  const privateKey = privateKeyOf(seed);
  const publicKey = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url');
  const typed = Buffer.concat([Uint8Array.of(ed25519), publicKey]);
  const keyId = keyIdOf(name, typed);
  return {
    name,
    verifierKey: `${name}+${keyId.toString('hex')}+${typed.toString('base64')}`,
    sign: (text) => Buffer.concat([keyId, sign(null, Buffer.from(text), privateKey)]),
  };
}

/** A verifier from `name+hex(key id)+base64(0x01 || public key)`, or `undefined` when the text is not exactly that. */
export function noteVerifier(verifierKey: string): NoteVerifier | undefined {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(verifierKey);
  const [, name, id, encoded] = match ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name)) return undefined;
  const typed = strictBase64(encoded);
  if (typed?.length !== 1 + keyBytes || typed[0] !== ed25519) return undefined;
  const keyId = keyIdOf(name, typed);
  if (keyId.toString('hex') !== id) return undefined;
  const publicKey = publicKeyOf(typed.subarray(1));
  return {
    name,
    keyId,
    verifierKey,
    verify: (text, signature) =>
      signature.length === signatureBytes && verify(null, Buffer.from(text), publicKey, signature),
  };
}

/** Signs a text, which must end in a newline and hold no other control character. Throws a TypeError otherwise. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!isNoteText(text)) throw new TypeError('a note is lines of well-formed text, each ended by a newline');
  return `${text}\n${signers.map((by) => `— ${by.name} ${Buffer.from(by.sign(text)).toString('base64')}\n`).join('')}`;
}

export type OpenedNote =
  | { readonly ok: true; readonly text: string; readonly signedBy: readonly NoteVerifier[] }
  | { readonly ok: false; readonly reason: string };

/** Reads a note. It is `ok` when at least one of the verifiers' keys has signed it, and none of theirs is wrong. */
export function openNote(note: Uint8Array, verifiers: readonly NoteVerifier[]): OpenedNote {
  const parsed = parseNote(note);
  if (parsed === undefined) return { ok: false, reason: 'it is not a signed note' };
  const signedBy = new Set<NoteVerifier>();
  for (const { name, keyId, signature } of parsed.signatures) {
    const known = verifiers.find((verifier) => verifier.name === name && Buffer.compare(verifier.keyId, keyId) === 0);
    if (known === undefined) continue;
    if (!known.verify(parsed.text, signature)) return { ok: false, reason: `the signature of ${name} is wrong` };
    signedBy.add(known);
  }
  if (signedBy.size === 0) return { ok: false, reason: 'no known key has signed it' };
  return { ok: true, text: parsed.text, signedBy: [...signedBy] };
}

interface ParsedNote {
  readonly text: string;
  readonly signatures: readonly { name: string; keyId: Uint8Array; signature: Uint8Array }[];
}

function parseNote(note: Uint8Array): ParsedNote | undefined {
  if (note.length > maximumNoteBytes) return undefined;
  let whole: string;
  try {
    whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(note);
  } catch {
    return undefined;
  }
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

/** RFC 4648, section 4, in the one canonical spelling of the bytes; `undefined` for any other. */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function keyIdOf(name: string, typedKey: Uint8Array): Buffer {
  return Buffer.from(sha256(Buffer.concat([Buffer.from(`${name}\n`), typedKey])).subarray(0, keyIdBytes));
}

function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
}

/** RFC 8410: Node reads a bare private key only in its DER dress. */
function privateKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
