import type { KeyObject } from 'node:crypto';
import type { Envelope, Material } from '../bundle/bundle.ts';
import { accepted, type Judged, refused } from '../bundle/refusal.ts';
import { curveOf, keyHint, pemOf, signatureIs } from './elliptic.ts';
import type { Signed } from './signed.ts';

/** Whether that key signed the envelope. What the bundle says about its key must be true of it, though it decides nothing. */
export function judgeByKey(
  envelope: Envelope,
  { hint, pem, details }: Extract<Material, { by: 'key' }>,
  publicKey: KeyObject,
): Judged<Signed> {
  const curve = curveOf(publicKey);
  if (curve === undefined) return refused('FB-SIGNATURE-TRUST', 'The key is not on P-256, P-384 or P-521.');
  const named = [
    [hint, keyHint(publicKey)],
    [pem, pemOf(publicKey)],
    [details, curve.details],
  ];
  if (named.some(([said, is]) => said !== undefined && said !== is))
    return refused('FB-SIGNATURE-INVALID', 'The bundle names another key than the one given.');
  const state = signatureIs(envelope, publicKey, curve, curve.hash);
  if (state === 'invalid') return refused('FB-SIGNATURE-INVALID', 'The key given did not sign this statement.');
  const notes =
    named[0]?.[0] === undefined ? ['The bundle is of an older form that does not identify its key by digest.'] : [];
  return accepted({
    signer: { by: 'key', key: keyHint(publicKey) },
    notes: state === 'before1' ? [...notes, signedBefore1] : notes,
  });
}

export const signedBefore1 = 'It was signed by the reference tool before its version 1.0, in a form of its own.';
