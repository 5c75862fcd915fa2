/**
 * Signatures without a key as cosign 1 and 2 leave them at tags of an image (sigstore/cosign, specs/SIGNATURE_SPEC.md): beside the
 * signature stand the certificate of a moment and what the log promised of its entry. They are put into the form of the first Sigstore
 * bundles, which is the same in other words, and judged as those are. What must stay true: the promise is the only thing that says
 * when it was signed, so without one nothing is believed; the chain that cosign leaves beside it is not read, since who is trusted
 * stands in the trusted root.
 */
import type { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { textAt } from '../../../intake/foreign.ts';
import { sha256 } from '../../../kernel/digest.ts';
import { base64, jsonOf } from '../bundle/bundle.ts';
import { type Judged, refused } from '../bundle/refusal.ts';
import type { Signed } from './signed.ts';
import { judgeRecorded } from './sigstore.ts';
import { certificatesIn, type SigstoreTrust } from './trust.ts';

/** Annotations of a layer, as they came. */
export interface KeylessMarks {
  /** `dev.sigstore.cosign/certificate`, PEM. */
  readonly certificate: string;
  /** `dev.sigstore.cosign/bundle`, JSON; empty where there is none. */
  readonly promise: string;
}

/** What the signature is over: plain bytes with the signature beside them (base64), or an envelope that holds it. */
export type KeylessContent =
  | { readonly payload: Uint8Array; readonly signature: string }
  | {
      readonly payload: string;
      readonly payloadType: string;
      readonly signatures: readonly { readonly sig: string }[];
    };

const mostMarkBytes = 256 * 1024;
const count = z.int().nonnegative();
const promiseSchema = z.strictObject({
  SignedEntryTimestamp: base64,
  Payload: z.strictObject({
    body: base64,
    integratedTime: count,
    logIndex: count,
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});

/** Whether that identity signed it, by the certificate and the log's promise that hang beside it. */
export function judgeKeyless(
  content: KeylessContent,
  { certificate, promise }: KeylessMarks,
  trust: SigstoreTrust,
): Judged<Signed> {
  if (promise === '') return refused('FB-SIGNATURE-CHAIN', 'Nothing shows when it was signed.');
  if (certificate.length > mostMarkBytes || promise.length > mostMarkBytes)
    return refused('FB-SIGNATURE-BOUND', 'The annotations of the signature are too long.');
  const [leaf, ...more] = certificatesIn(certificate) ?? [];
  const json = jsonOf(Buffer.from(promise));
  const read = promiseSchema.safeParse(json.ok ? json.value : undefined);
  if (leaf === undefined || more.length > 0 || leaf.toString().trimEnd() !== certificate.trimEnd() || !read.success)
    return refused('FB-SIGNATURE-FORM', 'The certificate or the promise of the log cannot be read.');
  if ('signature' in content && !base64.safeParse(content.signature).success)
    return refused('FB-SIGNATURE-FORM', 'The signature is not base64.');
  const entry = jsonOf(Buffer.from(read.data.Payload.body, 'base64'));
  if (!entry.ok) return entry;
  const kindVersion = { kind: textAt(entry.value, 'kind') ?? '', version: textAt(entry.value, 'apiVersion') ?? '' };
  const signed = 'signature' in content ? Buffer.from(content.payload) : undefined;
  return judgeRecorded(bundleOf(content, leaf, read.data, kindVersion), trust, signed);
}

function bundleOf(
  content: KeylessContent,
  leaf: X509Certificate,
  { SignedEntryTimestamp, Payload }: z.infer<typeof promiseSchema>,
  kindVersion: { readonly kind: string; readonly version: string },
) {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: leaf.raw.toString('base64') }] },
      tlogEntries: [
        {
          logIndex: String(Payload.logIndex),
          logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
          kindVersion,
          integratedTime: String(Payload.integratedTime),
          inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
          canonicalizedBody: Payload.body,
        },
      ],
    },
    ...('signature' in content
      ? {
          messageSignature: {
            messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(sha256(content.payload)).toString('base64') },
            signature: content.signature,
          },
        }
      : {
          dsseEnvelope: {
            payload: content.payload,
            payloadType: content.payloadType,
            signatures: content.signatures.map(({ sig }) => ({ sig, keyid: '' })),
          },
        }),
  };
}
