/** What was taken as evidence, where it is kept, and who had it in hand. */
import { z } from 'zod';
import { gapSchema } from '../answer.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** `destroying`: begun and not finished; doing it again finishes it. */
export const snapshotStates = ['taking', 'complete', 'limited', 'destroying', 'destroyed'] as const;
export type SnapshotState = (typeof snapshotStates)[number];

export const auditStates = [
  'intact',
  /** A copy is gone, and no record says that it was destroyed. */
  'lost',
  /** A copy has other bytes. */
  'altered',
  /** The database and the log say different things. */
  'contradicted',
  'unreachable',
  'destroyed',
  /** It was cut off and waits to be gone on with. */
  'unfinished',
] as const;
export type AuditState = (typeof auditStates)[number];

/** Why evidence may not be destroyed, for as long as nobody releases it. */
export const holdSchema = z.object({
  id: z.string(),
  /** One snapshot, or all of an incident. */
  snapshot: z.string().nullable(),
  incident: z.string().nullable(),
  by: z.string(),
  at: z.string(),
  reason: z.string(),
});
export type Hold = z.infer<typeof holdSchema>;

/** One thing in a snapshot: kept, or by reference. In the manifest and so bound by the log. */
export const keptPieceSchema = z.object({
  name: z.string(),
  mediaType: z.string(),
  /** Of the bytes in the store, sealed ones if they are sealed; null for a reference. */
  sha256: hex.nullable(),
  /** Of the bytes in the store; of a reference what is known. */
  size: z.number().nullable(),
  /** What binds the clear bytes of a sealed piece without telling anything about them. */
  clear: z.object({ commitment: hex, size: z.number() }).nullable(),
  reference: z
    .object({ at: z.string(), digest: z.string(), because: z.string(), retention: z.string().nullable() })
    .nullable(),
  /** Of a JSON record: the commitment to each of its fields, so that a copy with fields left out can be proven. */
  fields: z.object({ root: hex, count: z.number() }).nullable(),
});
export type KeptPiece = z.infer<typeof keptPieceSchema>;

export const snapshotSchema = z.object({
  id: z.string(),
  incident: z.string().nullable(),
  subject: z.string(),
  snapshotter: z.string(),
  title: z.string(),
  state: z.enum(snapshotStates),
  /** Names of the stores that have it. */
  stores: z.array(z.string()),
  sealing: z.enum(['none', 'age', 'kms']),
  by: z.string(),
  reason: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** How many are kept, how many are by reference. */
  pieces: z.number(),
  references: z.number(),
  /** In the stores. */
  bytes: z.number(),
  /** What is not in it. */
  reasons: z.array(gapSchema),
  retainUntil: z.string().nullable(),
  holds: z.array(holdSchema),
  /** Digests of the pages of its manifest. */
  manifest: z.array(hex),
  audit: z.object({ at: z.string(), state: z.enum(auditStates), detail: z.string() }).nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** One link of the chain of custody: an entry of the log. */
export const custodyRecordSchema = z.object({
  /** Place in the log. */
  index: z.number(),
  at: z.string(),
  /** `taken`, `read`, `moved`, … */
  act: z.string(),
  who: z.string(),
  why: z.string(),
  where: z.string(),
  how: z.string(),
  /** What else is said of it, in a sentence. */
  detail: z.string(),
});
export type CustodyRecord = z.infer<typeof custodyRecordSchema>;

export const shownSnapshotSchema = z.object({
  snapshot: snapshotSchema,
  /** The first five hundred. */
  pieces: z.array(keptPieceSchema),
  custody: z.array(custodyRecordSchema),
});
export type ShownSnapshot = z.infer<typeof shownSnapshotSchema>;

export const evidenceStoreSchema = z.object({
  name: z.string(),
  kind: z.enum(['folder', 's3', 'oci']),
  where: z.string(),
  /** What keeps its content from being changed or deleted. */
  lock: z.enum(['none', 'write-once', 'object-lock']),
});
export type EvidenceStoreView = z.infer<typeof evidenceStoreSchema>;

export const vaultSchema = z.object({
  snapshots: z.array(snapshotSchema),
  stores: z.array(evidenceStoreSchema),
  /** What can be taken here: kinds of subjects, with a title. */
  kinds: z.array(z.object({ kind: z.string(), title: z.string() })),
});
export type Vault = z.infer<typeof vaultSchema>;

export const vaultAuditSchema = z.object({
  at: z.string(),
  ok: z.boolean(),
  snapshots: z.array(
    z.object({
      id: z.string(),
      subject: z.string(),
      state: z.enum(auditStates),
      /** Sentences; the first twenty. */
      details: z.array(z.string()),
      /** Copies whose bytes were read and compared. */
      read: z.number(),
    }),
  ),
});
export type VaultAudit = z.infer<typeof vaultAuditSchema>;

export const destructionSchema = z.object({
  snapshot: z.string(),
  /** False for a rehearsal: nothing was changed. */
  done: z.boolean(),
  /** What forbids it, in sentences; empty when nothing does. */
  forbidden: z.array(z.string()),
  /** `shredded`: the key is gone, the bytes may stay and cannot be read by anybody. */
  ways: z.array(z.object({ store: z.string(), way: z.enum(['deleted', 'shredded']), blobs: z.number() })),
  /** Blobs that stay because other evidence has the same bytes. */
  shared: z.number(),
});
export type Destruction = z.infer<typeof destructionSchema>;

/** A JSON record with fields left out, that is still proven to be what the log committed to. */
export const redactedCopySchema = z.object({
  format: z.literal('firebreak-redacted/1'),
  snapshot: z.string().max(80),
  piece: z.string().max(2000),
  /** In the order of the commitment: a field with its salt (base64), or the hash of one that was left out. */
  fields: z
    .array(z.union([z.object({ pointer: z.string(), salt: z.string(), value: z.unknown() }), z.object({ hash: hex })]))
    .max(100_000),
  /** Where the record stands among the records of the snapshot, and the way to their root (hex). */
  place: z.object({
    index: z.number().int().nonnegative(),
    size: z.number().int().positive(),
    path: z.array(hex).max(64),
  }),
  /** The entry of the log that says what was taken (base64 of its exact bytes), and its C2SP tlog-proof. */
  entry: z.string(),
  proof: z.string(),
  verifierKey: z.string(),
});
export type RedactedCopy = z.infer<typeof redactedCopySchema>;

export const redactionReportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  keySource: z.enum(['given', 'embedded']),
  subject: z.string(),
  takenAt: z.string(),
  takenBy: z.string(),
  shown: z.number(),
  hidden: z.number(),
  /** The record as far as it is shown. */
  record: z.unknown(),
});
export type RedactionReport = z.infer<typeof redactionReportSchema>;
