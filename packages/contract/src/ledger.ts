import { z } from 'zod';

/**
 * One entry of the evidence log. Its canonical JSON (RFC 8785) is the record whose RFC 6962 leaf hash goes into the
 * Merkle tree. Nothing secret and nothing mutable belongs in it; large or foreign content is a blob that it names by digest.
 */
export const blobRefSchema = z.object({
  name: z.string(),
  mediaType: z.string(),
  /** Hex SHA-256 of the bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
export type BlobRef = z.infer<typeof blobRefSchema>;

export const ledgerEntrySchema = z.object({
  v: z.literal(1),
  /** RFC 3339 UTC with milliseconds, from the writer's clock. */
  at: z.string(),
  /** `null` for entries about the installation itself. */
  incident: z.string().nullable(),
  /** 0-based, gapless within the incident: a left-out entry shows. */
  incidentSeq: z.number().int().nonnegative(),
  /** `incident.opened`, `plan.made`, `plan.approved`, `step.before`, `step.applied`, `step.probed`, `step.undone`, `evidence.exported`, … */
  kind: z.string(),
  /** Who: a principal's name, or `worker:<id>`. */
  actor: z.string(),
  body: z.record(z.string(), z.unknown()),
  blobs: z.array(blobRefSchema),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** What a caller gives; the ledger adds `v`, `at`, `incidentSeq`. */
export interface LedgerDraft {
  readonly incident: string | null;
  readonly kind: string;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly blobs?: readonly BlobRef[];
}

/** `firebreak evidence verify --json` */
export const evidenceReportSchema = z.object({
  ok: z.boolean(),
  incident: z.string(),
  origin: z.string(),
  treeSize: z.number(),
  rootHash: z.string(),
  /** The verifier key (C2SP signed-note form) that the signature was checked against, and whether the caller supplied it. */
  verifierKey: z.string(),
  keySource: z.enum(['given', 'embedded']),
  entries: z.number(),
  blobs: z.number(),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
});
export type EvidenceReport = z.infer<typeof evidenceReportSchema>;
