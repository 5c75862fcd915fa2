/** The recovery board of an incident: what is to be done before its things may return, who did it, and what shows it. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

export const recoverySections = [
  'contain',
  'evidence',
  'choose',
  'rollback',
  'rotate',
  'rebuild',
  'canary',
  'return',
] as const;
export type RecoverySection = (typeof recoverySections)[number];

export const recoveryStates = ['open', 'failed', 'done', 'not-applicable'] as const;
export type RecoveryState = (typeof recoveryStates)[number];

/** Who must sign before access returns; nobody signs twice. */
export const recoveryRoles = ['security', 'model-owner', 'service-owner'] as const;
export type RecoveryRole = (typeof recoveryRoles)[number];

export const recoveryItemSchema = z.object({
  /** `<section>/<what>`, stable for as long as the thing is in question. */
  id: z.string(),
  section: z.enum(recoverySections),
  title: z.string(),
  /** Why it stands on the board. */
  why: z.string(),
  state: z.enum(recoveryStates),
  /** `automatic`: follows from what is known; `probe`: something is tried; `person`: somebody says so in their name. */
  how: z.enum(['automatic', 'probe', 'person']),
  /** Items that come first and are not done. */
  after: z.array(z.string()),
  /** What to do about it now. */
  next: z.string(),
  by: z.string().nullable(),
  at: z.string().nullable(),
  note: z.string().nullable(),
  /** What shows it, and the ledger entry that says so. */
  proof: z.object({ what: z.string(), entry: z.number().nullable() }).nullable(),
});
export type RecoveryItem = z.infer<typeof recoveryItemSchema>;

export const signOffSchema = z.object({
  role: z.enum(recoveryRoles),
  by: z.string(),
  at: z.string(),
  /** The board that was signed. */
  board: z.string(),
  /** False: the board has changed since, and it must be signed again. */
  stands: z.boolean(),
  entry: z.number(),
});
export type SignOff = z.infer<typeof signOffSchema>;

export const recoveryBoardSchema = z.object({
  incident: z.string(),
  title: z.string(),
  at: z.string(),
  /** SHA-256 (hex) of the canonical JSON of its items with their states and proofs: what people sign. */
  digest: z.string(),
  items: z.array(recoveryItemSchema),
  /** The item to do next; null when none is open. */
  next: z.string().nullable(),
  /** Items that are open or failed. */
  open: z.number(),
  signOffs: z.array(signOffSchema),
  /** Roles that have not signed this board. */
  missing: z.array(z.enum(recoveryRoles)),
  attestation: z
    .object({ at: z.string(), by: z.string(), sha256: z.string(), entry: z.number(), stands: z.boolean() })
    .nullable(),
  /** `returning`: the containment is being taken back. */
  access: z.enum(['nothing-held', 'held', 'returning', 'returned']),
  followUps: z.object({ open: z.number(), overdue: z.number() }),
  completeness: completenessSchema,
});
export type RecoveryBoard = z.infer<typeof recoveryBoardSchema>;

/** A step of the graph that shall be gone by a date, and what the graph says about it. */
export const followUpSchema = z.object({
  id: z.string(),
  incident: z.string(),
  title: z.string(),
  detail: z.string(),
  kind: z.enum(['rotation', 'least-privilege', 'signing', 'path', 'other']),
  /** What is asked of the graph: this step, or whether the one still reaches the other. Without it a person closes it. */
  about: z
    .discriminatedUnion('is', [
      z.object({ is: z.literal('step'), type: z.string(), from: z.string(), to: z.string() }),
      z.object({ is: z.literal('reach'), from: z.string(), to: z.string() }),
    ])
    .nullable(),
  owner: z.string(),
  openedBy: z.string(),
  openedAt: z.string(),
  /** When it is audited again. */
  due: z.string(),
  state: z.enum(['open', 'gone', 'closed']),
  overdue: z.boolean(),
  /** The last look. */
  audit: z.object({ at: z.string(), result: z.enum(['gone', 'there', 'cannot-tell']), what: z.string() }).nullable(),
  closed: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
});
export type FollowUp = z.infer<typeof followUpSchema>;

/** One workload's container, and whether the image that it runs is known to be good. */
export const rebuildRowSchema = z.object({
  /** The board's item, where it is on it. */
  item: z.string(),
  workload: nodeRefSchema,
  container: z.string(),
  image: z.string(),
  /** Of the image that runs; null where the estate does not tell. */
  digest: z.string().nullable(),
  verdict: z.enum(['known-good', 'not-known-good', 'cannot-tell']),
  why: z.string(),
  /** The digest to pin, where one is known. */
  good: z.object({ image: z.string(), digest: z.string(), from: z.string() }).nullable(),
});
export type RebuildRow = z.infer<typeof rebuildRowSchema>;
export const rebuildSchema = z.object({ rows: z.array(rebuildRowSchema), completeness: completenessSchema });
export type Rebuild = z.infer<typeof rebuildSchema>;

/** A secret or key to rotate in an incident. */
export const credentialRowSchema = z.object({
  item: z.string(),
  title: z.string(),
  /** The node, or null for a secret of which no node is known. */
  node: nodeRefSchema.nullable(),
  /** The rotation item of a secret that stood in a text. */
  secret: z.string().nullable(),
  why: z.string(),
  state: z.enum(['open', 'rotated', 'old-one-dead', 'done', 'not-applicable']),
  /** What can try the old one; empty where nothing can. */
  probes: z.array(z.object({ id: z.string(), title: z.string(), wants: z.string() })),
});
export type CredentialRow = z.infer<typeof credentialRowSchema>;
