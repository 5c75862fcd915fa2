/**
 * The promotion gate: may this artifact, by its digest, go to this stage? What is asked, what was found about it, and the answer
 * with every requirement. A finding is `read` with what it says, `absent` (looked for, and there is none) or `unread` (it could not
 * be looked at); of the last two each says what to do. Only what is read can be good.
 */
import { z } from 'zod';
import { findingSeverities } from '../finding.ts';
import { artifactVerdicts } from './artifact-report.ts';

/** Who asks: a pipeline, a service, a cluster's API server, a step of a recovery. */
export const promotionFaces = ['ci', 'http', 'admission', 'recovery'] as const;
export const promotedKinds = ['model', 'image', 'dataset'] as const;

const word = z.string().min(1).max(200);
const sentence = z.string().max(2000);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const promotionSubjectSchema = z.object({
  kind: z.enum(promotedKinds),
  /** A path, an image reference, a registered model's version, the id of a node. Foreign. */
  name: z.string().min(1).max(2000),
  /** Of a model: SHA-256 over the digests of its files, as its signature has it. Absent where it could not be found out. */
  digest: digest.optional(),
  /** Whether it is asked for by what cannot change: a digest, or bytes on this disk. A tag or an alias is not. */
  byDigest: z.boolean(),
  /** Its node in the estate, where there is one. */
  node: z.string().max(2000).optional(),
});
export type PromotionSubject = z.infer<typeof promotionSubjectSchema>;

export const promotionRequestSchema = z.object({
  subject: promotionSubjectSchema,
  /** `development`, `staging`, `production`, or a word of one's own, which counts as production. */
  stage: word,
  environment: z.string().max(200).default(''),
  face: z.enum(promotionFaces),
  by: z.object({ name: word, role: word }),
  /** ISO 8601. */
  at: z.string().max(40),
});
export type PromotionRequest = z.infer<typeof promotionRequestSchema>;

const notRead = z.object({ state: z.enum(['absent', 'unread']), why: sentence, next: sentence });
export type NotRead = z.infer<typeof notRead>;

/** Of a finding: what was read, or why it was not. */
function finding<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.union([notRead, z.object({ state: z.literal('read'), why: sentence, next: sentence, ...shape })]);
}

const names = z.array(z.string().max(500)).max(1000);

export const promotionFindingsSchema = z.object({
  /** Of the artifact itself: OpenSSF Model Signing, or a signature that is attached to an image. */
  signature: finding({
    verified: z.boolean(),
    /** As the trust file names it; empty until verified. */
    signer: z.string().max(200),
    by: z.enum(['key', 'certificate', 'sigstore', 'ledger', 'nobody']),
  }),
  /** Whether it may be loaded (docs/artifact-inspection.md). */
  scan: finding({ verdict: z.enum(artifactVerdicts), at: z.string().max(40), rules: names }),
  /** SLSA provenance v1 in an in-toto statement, signed by the builder. */
  provenance: finding({
    verified: z.boolean(),
    builder: z.string().max(2000),
    buildType: z.string().max(2000),
    /** As the trust file says of the builder; 0 for one that it does not name. */
    slsaLevel: z.number().int().min(0).max(4),
    /** Addresses of what it was built from, with digests where they are said. */
    dependencies: z.array(z.object({ uri: z.string().max(2000), digest: z.string().max(200) })).max(1000),
  }),
  /** What it was made from, as the estate knows. */
  lineage: finding({ complete: z.boolean(), sources: names, unidentified: names }),
  evaluations: finding({
    verified: z.boolean(),
    passed: names,
    failed: names,
    /** By name; shares and scores with at most four digits behind the point count. */
    metrics: z.record(z.string().max(200), z.number()),
  }),
  approvals: finding({
    given: z
      .array(z.object({ by: z.string().max(200), role: z.string().max(200), how: z.enum(['signed', 'ledger']) }))
      .max(1000),
  }),
  /** Incidents that hold it or what it was made from. */
  incidents: finding({ open: names, past: names }),
  /** Attestations of recovery about it. */
  recovery: finding({ incidents: names, signedOffBy: names }),
});
export type PromotionFindings = z.infer<typeof promotionFindingsSchema>;
export type FindingName = keyof PromotionFindings;

export const requirementSchema = z.object({
  /** Of the policy, stable. */
  id: z.string(),
  /** `missing`: nothing or not enough is known. `failed`: it is known, and is not as it must be. */
  state: z.enum(['met', 'missing', 'failed']),
  what: z.string(),
  why: z.string(),
  /** What to do; empty when met. */
  next: z.string(),
  /** The findings that it stands on. */
  about: z.array(z.string()),
  severity: z.enum(findingSeverities),
});
export type Requirement = z.infer<typeof requirementSchema>;

export const promotionDecisionSchema = z.object({
  kind: z.literal('firebreak/promotion-decision'),
  decision: z.enum(['allow', 'deny']),
  /** One sentence with all that is missing. */
  why: z.string(),
  requirements: z.array(requirementSchema),
  request: promotionRequestSchema,
  /** SHA-256 (hex) over the texts of all policies and the schema. */
  policyDigest: z.string(),
  /** SHA-256 (hex) of the canonical JSON of the findings. */
  findingsDigest: z.string(),
});
export type PromotionDecision = z.infer<typeof promotionDecisionSchema>;

/** Everything to decide again: what `firebreak gate replay` reads, and what the ledger keeps. */
export const promotionRecordSchema = z.object({
  kind: z.literal('firebreak/promotion-record'),
  id: z.string().max(64),
  decision: promotionDecisionSchema,
  findings: promotionFindingsSchema,
  policies: z.array(z.object({ file: z.string().max(500), text: z.string().max(1_048_576) })).max(100),
});
export type PromotionRecord = z.infer<typeof promotionRecordSchema>;

/** What a server knows around an artifact, for a gate that decides elsewhere. */
export const surroundingsSchema = z.object({
  lineage: promotionFindingsSchema.shape.lineage.nullable(),
  incidents: promotionFindingsSchema.shape.incidents.nullable(),
  approvals: z.array(z.object({ by: z.string(), role: z.string() })),
});
export type Surroundings = z.infer<typeof surroundingsSchema>;
