/** Whether the artifact itself is signed by somebody known: models by OpenSSF Model Signing, images by what is attached to them. */
import { verify } from 'node:crypto';
import type { NotRead, PromotionFindings, PromotionSubject } from '@firebreak/contract';
import { judgeKeyless, type KeylessMarks } from '../../artifacts/signing/trust/cosign.ts';
import { curveOf } from '../../artifacts/signing/trust/elliptic.ts';
import { verifyModel } from '../../artifacts/signing/verify-model.ts';
import { at, printable, textAt } from '../../intake/foreign.ts';
import { type JudgedStatement, judgeStatement } from '../attestations/envelope.ts';
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
  /** Where it was signed by a certificate of a moment. */
  readonly keyless: KeylessMarks | undefined;
}

/** What hangs at an image in its registry. */
export interface AttachedToImage {
  /** DSSE envelopes and Sigstore bundles; `keyless` for envelopes whose certificate hangs beside them. */
  readonly envelopes: readonly { readonly value: unknown; readonly keyless: KeylessMarks | undefined }[];
  readonly simple: readonly SimpleSignature[];
}

/**
 * What hangs at an artifact and what the caller brings, judged, and the signature that it amounts to.
 *
 * @param attached why not, where the registry could not be asked
 * @param brought envelopes and bundles, each believed only for its signature
 */
export function judgeAttached(
  subject: PromotionSubject,
  attached: AttachedToImage | NotRead,
  brought: readonly unknown[],
  trust: GateTrust,
  now: Date,
): { readonly statements: readonly JudgedStatement[]; readonly signature: Finding } {
  const there = 'envelopes' in attached ? attached : { envelopes: [], simple: [] };
  const statements = [
    ...brought.map((value) => judgeStatement(value, trust, now)),
    ...there.envelopes.map(({ value, keyless }) => judgeStatement(value, trust, now, keyless)),
  ];
  return {
    statements,
    signature: 'envelopes' in attached ? signatureByDigest(subject, statements, attached.simple, trust) : attached,
  };
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
function signatureByDigest(
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
    const refusals: string[] = [];
    const signer = signers.find((known) => {
      const why = refusalOf(one, known);
      if (why !== undefined) refusals.push(why);
      return why === undefined;
    });
    if (signer === undefined) passedOver.push(...refusals.filter((why) => why !== ''));
    else if (imageOf(one.payload) === subject.digest)
      return signedBy(signer, 'The signature is at the tag of cosign and names its digest.');
    else passedOver.push(`${printable(signer.name)} signed another image.`);
  }
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

/** Why that signer did not sign it; empty where there is no more to say than that, undefined if the signer did. */
function refusalOf({ payload, signature, keyless }: SimpleSignature, { key }: TrustedSigner): string | undefined {
  if (key.by === 'ledger') return '';
  const { trust } = key;
  if (trust.by === 'sigstore') {
    if (keyless === undefined) return '';
    const judged = judgeKeyless({ payload, signature }, keyless, trust);
    return judged.ok ? undefined : `One was signed without a key: ${judged.refusal.why}`;
  }
  const curve = trust.by === 'key' ? curveOf(trust.key) : undefined;
  if (trust.by !== 'key' || curve === undefined) return '';
  const bytes = Buffer.from(signature, 'base64');
  return verify(curve.hash, payload, { key: trust.key, dsaEncoding: 'der' }, bytes) ? undefined : '';
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
