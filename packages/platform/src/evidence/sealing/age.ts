/**
 * age (https://age-encryption.org/v1): each blob is an age file for the recipients, and `age -d` opens it. Firebreak needs the
 * recipients only; an identity is asked for when somebody reads.
 *
 * Keys and header are the library's. The payload is ours (`pieces.ts`), by the cipher of Node: the library's own, in JavaScript, is ten
 * times slower, and evidence is gigabytes.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { Decrypter, Encrypter } from 'age-encryption';
import { sha256Hex } from '../../kernel/digest.ts';
import { headOf, notOpened, openPieces, sealPieces } from './pieces.ts';
import type { Sealing } from './sealing.ts';

const nonceBytes = 16;
/** Room for the stanzas of as many recipients as settings may name, of the largest kind. */
const mostHeaderBytes = 256 * 1024;

/**
 * @param recipients `age1…`
 * @param identityFile names a file of identities, one a line, `#` begins a comment; asked at every reading
 * @throws FirebreakError FB-EVIDENCE-SETTINGS for what is no recipient
 */
export function ageSealing(recipients: readonly string[], identityFile: () => string | undefined): Sealing {
  try {
    for (const recipient of recipients) new Encrypter().addRecipient(recipient);
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-SETTINGS', 'What stands under seal.age is no recipient (age1…).', { cause });
  }
  const label = `age:${sha256Hex([...recipients].sort().join('\n')).slice(0, 16)}`;
  return {
    kind: 'age',
    method: `encrypted with age to ${recipients.length} recipients`,
    newKey: async () => null,
    sealFor: async () => ({
      label,
      seal: async function* (clear) {
        const { header, fileKey } = await headerFor(recipients);
        const nonce = randomBytes(nonceBytes);
        yield Buffer.concat([header, nonce]);
        yield* sealPieces(clear, 'chacha20-poly1305', payloadKey(fileKey, nonce));
      },
    }),
    open: async function* (sealed) {
      const decrypter = new Decrypter();
      for (const identity of await identitiesOf(identityFile())) decrypter.addIdentity(identity);
      const begun = await headOf(sealed, headLength, mostHeaderBytes);
      if (begun === undefined) throw notOpened('It is no age file.');
      const nonce = begun.head.subarray(-nonceBytes);
      const header = begun.head.subarray(0, -nonceBytes);
      const fileKey = await decrypter.decryptHeader(Uint8Array.from(header)).catch((cause: unknown) => {
        throw notOpened('None of the identities opens it, or it was changed.', cause);
      });
      yield* openPieces(begun.rest, 'chacha20-poly1305', payloadKey(fileKey, nonce));
    },
  };
}

/** A header with a file key of its own, as the library makes it. One more recipient, who adds nothing to it, is told the key. */
async function headerFor(recipients: readonly string[]) {
  let fileKey: Uint8Array = new Uint8Array();
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const file = await encrypter.encrypt(new Uint8Array());
  return { header: file.subarray(0, headerLength(Buffer.from(file)) ?? 0), fileKey };
}

/** Bytes of the header, up to and with the line of its MAC; undefined where that is not there yet. */
function headerLength(begun: Buffer): number | undefined {
  const mac = begun.indexOf('\n--- ');
  const end = mac === -1 ? -1 : begun.indexOf('\n', mac + 1);
  return end === -1 ? undefined : end + 1;
}

function headLength(begun: Buffer): number | undefined {
  const header = headerLength(begun);
  return header === undefined ? undefined : header + nonceBytes;
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}
async function identitiesOf(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined || file === '')
    throw new FirebreakError('FB-EVIDENCE-SEALED', 'It is sealed with age, and no identity was given.');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-EVIDENCE-SEALED', 'The file of age identities cannot be read.', { cause });
  });
  const found = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (found.length === 0) throw new FirebreakError('FB-EVIDENCE-SEALED', 'The file holds no age identity.');
  return found;
}
