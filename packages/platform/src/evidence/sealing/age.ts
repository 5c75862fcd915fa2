/**
 * age (https://age-encryption.org/v1): each blob is an age file for the recipients, and `age -d` opens it. Firebreak needs the
 * recipients only; an identity is asked for when somebody reads.
 */
import { readFile } from 'node:fs/promises';
import { ReadableStream } from 'node:stream/web';
import { FirebreakError } from '@firebreak/contract';
import { Decrypter, Encrypter } from 'age-encryption';
import { sha256Hex } from '../../kernel/digest.ts';
import type { Sealing } from './sealing.ts';

/**
 * @param recipients `age1…`
 * @param identityFile names a file of identities, one a line, `#` begins a comment; asked at every reading
 * @throws FirebreakError FB-EVIDENCE-SETTINGS for what is no recipient
 */
export function ageSealing(recipients: readonly string[], identityFile: () => string | undefined): Sealing {
  const encrypter = new Encrypter();
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
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
        yield* await encrypter.encrypt(streamOf(clear));
      },
    }),
    open: async function* (sealed) {
      const decrypter = new Decrypter();
      for (const identity of await identitiesOf(identityFile())) decrypter.addIdentity(identity);
      try {
        yield* await decrypter.decrypt(streamOf(sealed));
      } catch (cause) {
        if (cause instanceof FirebreakError) throw cause;
        throw new FirebreakError('FB-EVIDENCE-SEALED', 'None of the identities opens it, or it was changed.', {
          cause,
        });
      }
    },
  };
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

/** The library knows the web's streams; errors of the source come through as they are. */
function streamOf(bytes: AsyncIterable<Uint8Array>): globalThis.ReadableStream<Uint8Array> {
  return ReadableStream.from(bytes) as unknown as globalThis.ReadableStream<Uint8Array>;
}
