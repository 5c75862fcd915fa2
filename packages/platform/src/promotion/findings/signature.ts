/** Whether the artifact itself is signed by somebody known: models by OpenSSF Model Signing, images by what is attached to them. */
import { verify } from 'node:crypto';
import type { PromotionFindings, PromotionSubject } from '@firebreak/contract';
import { curveOf } from '../../artifacts/signing/trust/elliptic.ts';
import { verifyModel } from '../../artifacts/signing/verify-model.ts';
import { at, printable, textAt } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import type { GateTrust, TrustedSigner } from '../trust.ts';
import { absent, attestedOf } from './attested.ts';

type Finding = PromotionFindings['signature'];

/** As cosign 3 signs an image, and OpenSSF Model Signing a model: an in-toto statement, in a Sigstore bundle. */
const signatureTypes = ['https://sigstore.dev/cosign/sign/v1', 'https://model_signing/signature/v1.0'];

/** What cosign 1 and 2 leave at the tag `sha256-….sig`. */
export interface SimpleSignature {
  readonly payload: Uint8Array;
  /** Base64, of the layer's annotation. */
  readonly signature: string;
  /** Signed by a certificate of a moment, which is not judged in this form. */
  readonly keyless: boolean;
}

/**
 * Of a folder or file with its bundle. `root`: what its statements name it by, once the signature holds.
 *
 * @throws FirebreakError FB-CANCELLED
 */
export async function modelSignature(
  model: string,
  signature: { readonly bytes: Uint8Array; readonly path?: string } | undefined,
  trust: GateTrust,
  now: Date,
  signal: AbortSignal,
): Promise<{ readonly finding: Finding; readonly root?: string }> {
  if (signature === undefined) return { finding: absent('signature', [], 'Give the bundle with --signature.') };
  const refusals: string[] = [];
  for (const signer of trust.signers) {
    if (!signer.may.includes('sign') || signer.key.by === 'ledger') continue;
    const {
      verdict,
      signer: by,
      reasons,
      statement,
    } = await verifyModel({
      model,
      signature: signature.bytes,
      ...(signature.path === undefined ? {} : { signaturePath: signature.path }),
      trust: signer.key.trust,
      now,
      signal,
    });
    const why = reasons.map(({ code, why: each }) => `${code}: ${each}`).join(' ');
    if (verdict === 'verified' && statement !== undefined)
      return { finding: signedBy(signer, 'The files are those that were signed.'), root: statement.root };
    // Who signed is settled; what was signed is not what lies here.
    if (by !== undefined && verdict === 'refused') return { finding: notVerified(`${signer.name} signed it. ${why}`) };
    if (by !== undefined)
      return { finding: { state: 'unread', why: why.slice(0, 2000), next: 'Mend what the code says.' } };
    refusals.push(why);
  }
  if (refusals.length === 0) return { finding: notVerified('The trust file names nobody who may sign.') };
  return {
    finding: notVerified(`It is signed by nobody that the trust file names. ${[...new Set(refusals)].join(' ')}`),
  };
}

/**
 * A signature that names the artifact by its digest, without its files: cosign's of an image, or the bundle of a model.
 *
 * @param statements all that is attached to it, judged
 */
export function signatureByDigest(
  subject: PromotionSubject,
  statements: readonly JudgedStatement[],
  simple: readonly SimpleSignature[],
  trust: GateTrust,
): Finding {
  const { signed, passedOver } = attestedOf(statements, subject, signatureTypes, 'sign');
  const [first] = signed;
  if (first !== undefined) return signedBy(first.signer, 'The signature names its digest.');
  const signers = trust.signers.filter(({ may }) => may.includes('sign'));
  for (const one of simple) {
    const signer = signers.find((known) => signedSimply(one, known));
    if (signer === undefined) continue;
    if (imageOf(one.payload) === subject.digest)
      return signedBy(signer, 'The signature is at the tag of cosign and names its digest.');
    passedOver.push(`${printable(signer.name)} signed another image.`);
  }
  if (simple.some(({ keyless }) => keyless))
    passedOver.push('One was signed without a key in the older form of cosign, which is not judged here.');
  const others = simple.length + passedOver.length;
  if (others === 0)
    return absent('signature', [], 'Sign it: `cosign sign --key … IMAGE@sha256:…`, or `firebreak model sign`.');
  return notVerified(`It is signed by nobody that the trust file names. ${[...new Set(passedOver)].join(' ')}`);
}

function signedBy(signer: TrustedSigner, why: string): Finding {
  return {
    state: 'read',
    verified: true,
    signer: signer.name,
    by: signer.key.by,
    why: `Signed by ${printable(signer.name)}. ${why}`,
    next: '',
  };
}

function notVerified(why: string): Finding {
  return {
    state: 'read',
    verified: false,
    signer: '',
    by: 'nobody',
    why: why.trim().slice(0, 2000),
    next: 'Find out who made it before it is used.',
  };
}

function signedSimply({ payload, signature }: SimpleSignature, { key }: TrustedSigner): boolean {
  if (key.by === 'ledger' || key.trust.by !== 'key') return false;
  const curve = curveOf(key.trust.key);
  const bytes = Buffer.from(signature, 'base64');
  return curve !== undefined && verify(curve.hash, payload, { key: key.trust.key, dsaEncoding: 'der' }, bytes);
}

/** github.com/containers/image, docs/containers-signature.5.md: `critical.image.docker-manifest-digest`. */
function imageOf(payload: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    const type = textAt(value, 'critical', 'type');
    if (type !== 'cosign container image signature' && type !== 'atomic container signature') return undefined;
    return textAt(at(value, 'critical', 'image'), 'docker-manifest-digest');
  } catch {
    return undefined;
  }
}
