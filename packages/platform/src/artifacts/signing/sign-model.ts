/** Signs a model as the specification says: hashed, listed in a statement, the statement signed, all of it in one bundle. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, type X509Certificate } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { bundleMediaType, inTotoPayloadType } from './bundle/bundle.ts';
import { preAuthEncoding } from './bundle/pae.ts';
import { type HashedModel, hashModel } from './hashing/hash-model.ts';
import { type Serialization, writeStatement } from './statement.ts';
import { curveOf, keyHint } from './trust/elliptic.ts';
import { certificatesIn } from './trust/trust.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly publicKey: KeyObject;
  /** The signing certificate first. */
  readonly chain: readonly X509Certificate[];
}

/**
 * @param pem a private key, encrypted or not. @param certificates in PEM: that of the key first, then those on the way to a root
 * @throws FirebreakError FB-SIGNING-KEY; its message never holds any of what was given
 */
export function readSigningKey(
  pem: string,
  passphrase: string | undefined,
  certificates: string | undefined,
): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // The cause is dropped: OpenSSL's may quote what it read.
    throw new FirebreakError('FB-SIGNING-KEY', 'The private key cannot be read; is it PEM, and its passphrase right?');
  }
  const publicKey = createPublicKey(privateKey);
  const curve = curveOf(publicKey);
  if (curve === undefined) throw new FirebreakError('FB-SIGNING-KEY', 'The key is not on P-256, P-384 or P-521.');
  const chain = certificates === undefined ? [] : certificatesIn(certificates);
  if (chain === undefined || (certificates !== undefined && chain.length === 0))
    throw new FirebreakError('FB-SIGNING-KEY', 'The certificates cannot be read.');
  if (chain[0] !== undefined && !chain[0].checkPrivateKey(privateKey))
    throw new FirebreakError('FB-SIGNING-KEY', 'The first certificate is not that of the key.');
  return { privateKey, publicKey, hash: curve.hash, chain };
}

export interface SignOptions {
  readonly model: string;
  readonly how: Serialization;
  readonly key: SigningKey;
  readonly signal: AbortSignal;
}

/**
 * The bundle as text.
 *
 * @throws FirebreakError FB-CANCELLED, and the first of what `hashModel` found wrong: what cannot be verified is not signed
 */
export async function signModel({
  model,
  how,
  key,
  signal,
}: SignOptions): Promise<{ bundle: string; hashed: HashedModel }> {
  const hashed = await hashModel(model, how, signal);
  const [problem] = hashed.refusals;
  if (problem !== undefined) throw new FirebreakError(problem.code, problem.why);
  if (hashed.resources.length === 0)
    throw new FirebreakError('FB-SIGNATURE-STATEMENT', 'The model holds nothing to sign.');
  const payload = Buffer.from(writeStatement(basename(resolve(model)), how, hashed.resources));
  const sig = sign(key.hash, preAuthEncoding(inTotoPayloadType, payload), { key: key.privateKey, dsaEncoding: 'der' });
  const certificates = key.chain.map(({ raw }) => ({ rawBytes: raw.toString('base64') }));
  const bundle = {
    mediaType: bundleMediaType,
    verificationMaterial: {
      ...(certificates.length > 0
        ? { x509CertificateChain: { certificates } }
        : { publicKey: { hint: keyHint(key.publicKey) } }),
      tlogEntries: [],
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: inTotoPayloadType,
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    },
  };
  return { bundle: JSON.stringify(bundle), hashed };
}
