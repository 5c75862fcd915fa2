/**
 * Envelope encryption with AWS KMS: a data key for each snapshot, made by `GenerateDataKey` and kept only as KMS wrapped it. To forget
 * the wrapped key is to destroy every blob that was sealed with it, wherever copies of those are and whatever lock they are under.
 */
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { FirebreakError } from '@firebreak/contract';
import { openStream, sealStream } from './envelope.ts';
import type { Sealing } from './sealing.ts';

export interface KmsPlace {
  /** Id, ARN or alias of the key. */
  readonly key: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** Credentials are those of the environment, as every AWS program finds them. */
export function kmsSealing({ key, endpoint, region }: KmsPlace): Sealing {
  const client = new KMSClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  });

  /** KMS gives a key out only for the snapshot that it was made for. */
  const about = (snapshot: string) => ({ 'firebreak-snapshot': snapshot });

  async function opened(snapshot: string, wrapped: Uint8Array | null): Promise<Uint8Array> {
    if (wrapped === null) throw new FirebreakError('FB-EVIDENCE-SEALED', 'Its key was destroyed.');
    try {
      const { Plaintext } = await client.send(
        new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: about(snapshot) }),
      );
      if (Plaintext?.length === 32) return Plaintext;
    } catch (cause) {
      throw new FirebreakError('FB-EVIDENCE-SEALED', `KMS does not unwrap its key (${nameOf(cause)}).`, { cause });
    }
    throw new FirebreakError('FB-EVIDENCE-SEALED', 'KMS gave no key of 32 bytes.');
  }

  return {
    kind: 'kms',
    method: 'encrypted with AES-256-GCM under a data key of its own, wrapped by KMS',
    async newKey(snapshot) {
      const made = await client
        .send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256', EncryptionContext: about(snapshot) }))
        .catch((cause: unknown) => {
          throw new FirebreakError('FB-EVIDENCE-STORE', `KMS made no data key (${nameOf(cause)}).`, { cause });
        });
      if (made.CiphertextBlob === undefined) throw new FirebreakError('FB-EVIDENCE-STORE', 'KMS made no data key.');
      return made.CiphertextBlob;
    },
    async sealFor(snapshot, dataKey) {
      const plain = await opened(snapshot, dataKey);
      return { label: `kms:${snapshot}`, seal: (clear) => sealStream(clear, plain, snapshot) };
    },
    async *open(sealed, snapshot, dataKey) {
      yield* openStream(sealed, await opened(snapshot, dataKey), snapshot);
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
