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
  /** Not `ok`, and all that is lacking is the word of second parties: the file itself holds, and none of them contradicts it. */
  unvouched: z.boolean(),
  incident: z.string(),
  origin: z.string(),
  treeSize: z.number(),
  rootHash: z.string(),
  /** The verifier key (C2SP signed-note form) that the signature was checked against, and whether the caller supplied it. */
  verifierKey: z.string(),
  keySource: z.enum(['given', 'embedded']),
  entries: z.number(),
  blobs: z.number(),
  /** 2 since log tiles, documents, witnesses and time stamps are in the file; 3 since reports of earlier exports are not. */
  format: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Reports in the file, as its last entry names them. */
  documents: z.array(blobRefSchema),
  /** Second parties, as far as their keys are known: given, or else those that the log itself names. */
  witnesses: z.array(
    z.object({
      name: z.string(),
      keySource: z.enum(['given', 'embedded']),
      state: z.enum(['cosigned', 'missing', 'wrong']),
      /** When it says that it saw the checkpoint. */
      at: z.string().nullable(),
    }),
  ),
  /** RFC 3161 time stamps of the checkpoint. */
  timestamps: z.array(
    z.object({
      /** Subject of the certificate that signed it. */
      authority: z.string(),
      keySource: z.enum(['given', 'embedded']),
      state: z.enum(['holds', 'fails', 'not-checked']),
      at: z.string().nullable(),
      detail: z.string(),
    }),
  ),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  /** What this verification did not look at or cannot say, in plain sentences. */
  notes: z.array(z.string()),
});
export type EvidenceReport = z.infer<typeof evidenceReportSchema>;
