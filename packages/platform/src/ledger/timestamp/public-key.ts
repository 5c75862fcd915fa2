/**
 * Signatures by the keys of certificates: RSA (PKCS #1 v1.5) and ECDSA over the NIST curves, by WebCrypto, which Node and
 * browsers share.
 */
import { type Der, DerProblem, readDer, tags } from './der.ts';

export type DigestName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Digests that are still good enough to sign. */
export const digests: Readonly<Record<string, DigestName>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

/** How something was signed. Where the algorithm names no digest itself, what carries it does. */
interface SignatureAlgorithm {
  readonly key: 'rsa' | 'ec';
  readonly digest?: DigestName;
}

const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.1': { key: 'rsa' },
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: 'SHA-256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', digest: 'SHA-384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', digest: 'SHA-512' },
  '1.2.840.10045.4.3.2': { key: 'ec', digest: 'SHA-256' },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: 'SHA-384' },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: 'SHA-512' },
};

const rsaKey = '1.2.840.113549.1.1.1';
const ecKey = '1.2.840.10045.2.1';
/** Name for WebCrypto, and bytes of a coordinate. */
const curves: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  '1.2.840.10045.3.1.7': ['P-256', 32],
  '1.3.132.0.34': ['P-384', 48],
  '1.3.132.0.35': ['P-521', 66],
};

export interface Signed {
  /** AlgorithmIdentifier of the signature. */
  readonly algorithm: Der;
  /** What is hashed where the algorithm does not say. */
  readonly digest?: DigestName;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** `unknown`: an algorithm that is not known, or does not fit the key. */
export type SignatureState = 'holds' | 'wrong' | 'unknown';

/** Whether the key of a SubjectPublicKeyInfo has made a signature. */
export async function checkSignature(
  publicKey: Der,
  { algorithm, digest, message, signature }: Signed,
): Promise<SignatureState> {
  const known = algorithms[algorithm.at(0).oid()];
  const hash = known?.digest ?? digest;
  const kind = publicKey.at(0).at(0).oid();
  if (known === undefined || hash === undefined || kind !== (known.key === 'rsa' ? rsaKey : ecKey)) return 'unknown';
  const spki = Uint8Array.from(publicKey.whole);
  const [signed, bytes] = [Uint8Array.from(message), Uint8Array.from(signature)];
  if (known.key === 'rsa') {
    const key = await imported(spki, { name: 'RSASSA-PKCS1-v1_5', hash });
    return (await crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, bytes, signed)) ? 'holds' : 'wrong';
  }
  const [namedCurve, length] = curves[publicKey.at(0).at(1).oid()] ?? [];
  if (namedCurve === undefined || length === undefined) return 'unknown';
  const key = await imported(spki, { name: 'ECDSA', namedCurve });
  const pair = pairOf(bytes, length);
  return pair !== undefined && (await crypto.subtle.verify({ name: 'ECDSA', hash }, key, pair, signed))
    ? 'holds'
    : 'wrong';
}

export async function digestOf(name: DigestName, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(name, Uint8Array.from(data)));
}

/** @throws DerProblem */
async function imported(spki: Uint8Array<ArrayBuffer>, algorithm: RsaHashedImportParams | EcKeyImportParams) {
  try {
    return await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  } catch {
    throw new DerProblem('not a public key');
  }
}

/** An ECDSA signature as WebCrypto has it, both numbers at their full length, from the DER in which certificates have it. */
function pairOf(signature: Uint8Array, length: number): Uint8Array<ArrayBuffer> | undefined {
  const { parts } = readDer(signature);
  const pair = new Uint8Array(2 * length);
  for (const [at, part] of parts.entries()) {
    const number = part.content[0] === 0 ? part.content.subarray(1) : part.content;
    if (part.tag !== tags.integer || number.length > length || at > 1) return undefined;
    pair.set(number, (at + 1) * length - number.length);
  }
  return parts.length === 2 ? pair : undefined;
}
