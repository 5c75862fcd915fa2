/** ECDSA on the curves of the specification; which hash goes with which key is not the signature's choice. */
import { createHash, type KeyObject, verify } from 'node:crypto';
import type { Envelope } from '../bundle/bundle.ts';
import { preAuthEncoding, preAuthEncodingBefore1 } from '../bundle/pae.ts';

interface Curve {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** As bundles of version 1.0.0 name keys of the curve. */
  readonly details: string;
}

const curves: Readonly<Record<string, Curve>> = {
  prime256v1: { hash: 'sha256', details: 'PKIX_ECDSA_P256_SHA_256' },
  secp384r1: { hash: 'sha384', details: 'PKIX_ECDSA_P384_SHA_384' },
  secp521r1: { hash: 'sha512', details: 'PKIX_ECDSA_P521_SHA_512' },
};

/** P-256, P-384 or P-521; undefined for any other key, also for Ed25519, which the specification does not take. */
export function curveOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Curve | undefined {
  return asymmetricKeyType === 'ec' ? curves[asymmetricKeyDetails?.namedCurve ?? ''] : undefined;
}

/** SHA-256 (hex) of the public key as PEM, as the reference tool identifies keys. */
export function keyHint(publicKey: KeyObject): string {
  return createHash('sha256').update(pemOf(publicKey)).digest('hex');
}

export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }) as string;
}

/**
 * `before1`: valid only as the reference tool signed before its version 1.0. `hashBefore1` is what it used then: with keys that of
 * the curve, with certificates always SHA-256.
 */
export function signatureIs(
  { payload, payloadType, signature }: Envelope,
  publicKey: KeyObject,
  curve: Curve,
  hashBefore1: Curve['hash'],
): 'valid' | 'before1' | 'invalid' {
  const key = { key: publicKey, dsaEncoding: 'der' } as const;
  if (verify(curve.hash, preAuthEncoding(payloadType, payload), key, signature)) return 'valid';
  return verify(hashBefore1, preAuthEncodingBefore1(payloadType, payload), key, signature) ? 'before1' : 'invalid';
}
