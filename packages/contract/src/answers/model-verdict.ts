/** Whether a model is what somebody signed: the answer of `firebreak model verify`, and what a promotion gate stands on. */
import { z } from 'zod';

/** `unknown`: it cannot be told, which is never a yes. */
export const modelVerdicts = ['verified', 'refused', 'unknown'] as const;
export type ModelVerdictKind = (typeof modelVerdicts)[number];

/** Names are paths below the model with `/`; of a shard with `:start:end`. They are foreign. */
export const changedResourceSchema = z.object({ name: z.string(), signed: z.string(), found: z.string() });
export type ChangedResource = z.infer<typeof changedResourceSchema>;

export const modelSignerSchema = z.discriminatedUnion('by', [
  /** SHA-256 (hex) of the public key as PEM. */
  z.object({ by: z.literal('key'), key: z.string() }),
  /** Subject and issuer as the certificate has them; SHA-256 (hex) of the certificate; ISO 8601. */
  z.object({
    by: z.literal('certificate'),
    subject: z.string(),
    issuer: z.string(),
    fingerprint: z.string(),
    from: z.string(),
    until: z.string(),
  }),
  /** Who the certificate authority of Sigstore says signed, and who vouched for that identity. */
  z.object({ by: z.literal('sigstore'), identity: z.string(), issuer: z.string() }),
]);
export type ModelSigner = z.infer<typeof modelSignerSchema>;

export const modelVerdictSchema = z.object({
  kind: z.literal('firebreak/model-verdict'),
  verdict: z.enum(modelVerdicts),
  /** As given. */
  model: z.string(),
  /** SHA-256 (hex) of the signature file. */
  signature: z.string(),
  /** Absent until the signature itself is valid. */
  signer: modelSignerSchema.optional(),
  /** What the valid signature is about. */
  statement: z
    .object({
      name: z.string(),
      predicateType: z.string(),
      /** SHA-256 (hex) over the digests of all resources. */
      root: z.string(),
      method: z.enum(['files', 'shards']),
      hash: z.string(),
      resources: z.number(),
    })
    .optional(),
  /** Why it is not verified: stable codes of the error catalogue with a whole sentence. */
  reasons: z.array(z.object({ code: z.string(), why: z.string() })),
  missing: z.array(z.string()),
  extra: z.array(z.string()),
  changed: z.array(changedResourceSchema),
  /** Paths that were not compared, because the signed statement or the caller said so. */
  ignored: z.array(z.string()),
  /** What a reader should know although it does not decide. */
  notes: z.array(z.string()),
  files: z.number(),
  bytes: z.number(),
});
export type ModelVerdict = z.infer<typeof modelVerdictSchema>;
