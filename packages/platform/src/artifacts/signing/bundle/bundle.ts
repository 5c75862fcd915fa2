/**
 * A Sigstore bundle as a stranger wrote it, read strictly: every field is known, every base64 is the one way to write its bytes,
 * sizes and counts are bounded. A reader that passes over what it does not know would let a bundle be changed without anybody
 * noticing. What stays undecided here is trust: nothing of a bundle is believed because it is well formed.
 */
import { z } from 'zod';
import { accepted, type Judged, refused } from './refusal.ts';

/** A million files are signed in about 150 MB; more is refused before it is parsed. */
export const mostBundleBytes = 192 * 1024 * 1024;
const mostCertificates = 10;
const mostEntries = 8;

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const mediaTypesBefore3 = ['0.1', '0.2'].map(
  (version) => `application/vnd.dev.sigstore.bundle+json;version=${version}`,
);
export const inTotoPayloadType = 'application/vnd.in-toto+json';

/** Base64 in the one way to write its bytes. */
export const base64 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').toString('base64') === text, 'is not base64');
const decimal = z.string().regex(/^(0|[1-9]\d{0,18})$/);
const certificate = z.strictObject({ rawBytes: base64 });
const logEntry = z.strictObject({
  logIndex: decimal,
  logId: z.strictObject({ keyId: base64 }),
  kindVersion: z.strictObject({ kind: z.string().max(40), version: z.string().max(20) }),
  integratedTime: decimal.optional(),
  inclusionPromise: z.strictObject({ signedEntryTimestamp: base64 }).nullish(),
  inclusionProof: z.strictObject({
    logIndex: decimal,
    rootHash: base64,
    treeSize: decimal,
    hashes: z.array(base64).max(64),
    checkpoint: z.strictObject({ envelope: z.string().max(20_000) }),
  }),
  canonicalizedBody: base64,
});

const bundleSchema = z.strictObject({
  mediaType: z.string(),
  verificationMaterial: z.strictObject({
    /** `rawBytes` and `keyDetails` are of version 1.0.0, `hint` is of later ones. */
    publicKey: z
      .strictObject({
        hint: z.string().nullish(),
        rawBytes: base64.optional(),
        keyDetails: z.string().max(60).optional(),
      })
      .optional(),
    x509CertificateChain: z
      .strictObject({ certificates: z.array(certificate).min(1).max(mostCertificates) })
      .optional(),
    certificate: certificate.optional(),
    tlogEntries: z.array(logEntry).max(mostEntries).nullish(),
    timestampVerificationData: z
      .strictObject({
        rfc3161Timestamps: z
          .array(z.strictObject({ signedTimestamp: base64 }))
          .max(mostEntries)
          .optional(),
      })
      .nullish(),
  }),
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.string().max(200),
    signatures: z.tuple([z.strictObject({ sig: base64, keyid: z.literal('').nullish() })]),
  }),
});
type BundleJson = z.infer<typeof bundleSchema>;

export interface Envelope {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signature: Buffer;
}

export type Material =
  | {
      readonly by: 'key';
      readonly hint?: string | undefined;
      readonly pem?: string | undefined;
      readonly details?: string | undefined;
    }
  /** DER, the signer's first. */
  | { readonly by: 'certificate'; readonly chain: readonly Buffer[] }
  /** As it was read, for the Sigstore library. */
  | { readonly by: 'sigstore'; readonly bundle: BundleJson };

export interface SignatureBundle {
  readonly envelope: Envelope;
  readonly material: Material;
}

/** The bundle in `bytes`; refuses with FB-SIGNATURE-FORM or FB-SIGNATURE-BOUND. */
export function readBundle(bytes: Uint8Array): Judged<SignatureBundle> {
  if (bytes.length > mostBundleBytes) return refused('FB-SIGNATURE-BOUND', `The bundle has ${bytes.length} bytes.`);
  const json = jsonOf(bytes);
  if (!json.ok) return json;
  const read = bundleSchema.safeParse(json.value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refused(
      'FB-SIGNATURE-FORM',
      `At ${issue?.path.join('.') || 'the top'}: ${issue?.code ?? 'not as it must be'}.`,
    );
  }
  const bundle = read.data;
  const [{ sig }] = bundle.dsseEnvelope.signatures;
  const material = materialOf(bundle);
  if (!material.ok) return material;
  return accepted({
    envelope: {
      payload: Buffer.from(bundle.dsseEnvelope.payload, 'base64'),
      payloadType: bundle.dsseEnvelope.payloadType,
      signature: Buffer.from(sig, 'base64'),
    },
    material: material.value,
  });
}

function materialOf(bundle: BundleJson): Judged<Material> {
  const { publicKey, x509CertificateChain, certificate: leaf, tlogEntries, ...rest } = bundle.verificationMaterial;
  const logged = (tlogEntries ?? []).length > 0 || (rest.timestampVerificationData?.rfc3161Timestamps ?? []).length > 0;
  const given = [publicKey, x509CertificateChain, leaf].filter((one) => one !== undefined).length;
  if (given !== 1) return refused('FB-SIGNATURE-FORM', `It names ${given} signers; there must be one.`);
  if (publicKey !== undefined) {
    if (logged || bundle.mediaType !== bundleMediaType)
      return refused('FB-SIGNATURE-FORM', 'This is no bundle of a key.');
    const { hint, rawBytes, keyDetails } = publicKey;
    if ((hint ?? rawBytes) === undefined) return refused('FB-SIGNATURE-FORM', 'It does not say which key signed.');
    return accepted({
      by: 'key',
      hint: hint ?? undefined,
      pem: rawBytes === undefined ? undefined : Buffer.from(rawBytes, 'base64').toString('latin1'),
      details: keyDetails,
    });
  }
  if (leaf !== undefined || logged) {
    // Versions 0.1 and 0.2 carry a chain, later ones the certificate alone.
    const right =
      leaf === undefined ? mediaTypesBefore3.includes(bundle.mediaType) : bundle.mediaType === bundleMediaType;
    return right ? accepted({ by: 'sigstore', bundle }) : refused('FB-SIGNATURE-FORM', 'Its version has another form.');
  }
  if (bundle.mediaType !== bundleMediaType) return refused('FB-SIGNATURE-FORM', 'This is no bundle of a certificate.');
  const chain = (x509CertificateChain?.certificates ?? []).map(({ rawBytes }) => Buffer.from(rawBytes, 'base64'));
  return accepted({ by: 'certificate', chain });
}

/** JSON in UTF-8 without a byte that does not belong to it. */
export function jsonOf(bytes: Uint8Array): Judged<unknown> {
  try {
    return accepted(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown);
  } catch {
    return refused('FB-SIGNATURE-FORM', 'It is not JSON.');
  }
}
