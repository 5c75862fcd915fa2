/** Which version comes back: the candidates in order, why each was refused, and how a server is asked what it really serves. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

const text = (most: number) => z.string().min(1).max(most);

/** One version of a thing that is delivered, in the words of every system that names it. */
export const deliveredVersionSchema = z.object({
  /** As its own system calls it: `3`, `sha256:…`, a commit. */
  version: text(500),
  /** The node of the version, where the graph has one. */
  node: text(2000).optional(),
  /** Where it lies. */
  uris: z.array(text(2048)).max(20).default([]),
  /** Image or manifest digests, `sha256:…`. */
  digests: z.array(text(200)).max(20).default([]),
  /** Commits that deliver it. */
  revisions: z.array(text(200)).max(20).default([]),
  /** Names by which a gateway has it answer. */
  models: z.array(text(500)).max(20).default([]),
});
export type DeliveredVersion = z.infer<typeof deliveredVersionSchema>;

/** What a rollback is to do: where this was delivered, that shall be. */
export interface RollbackWish {
  /** The node whose versions these are: a registered model, a repository of images. */
  readonly subject: string;
  readonly from: DeliveredVersion;
  readonly to: DeliveredVersion;
  /** Revisions of model servers that serve it, as collections saw them. */
  readonly serving?: readonly ServingRevision[];
}

/** A revision that a model server keeps, by the node of the server. */
export interface ServingRevision {
  readonly server: string;
  readonly revision: string;
}

/** Why a version was refused or cannot be taken yet, by stable codes. */
export const refusalCodes = [
  'after-first-event',
  'age-unproven',
  'compromised',
  'made-by-compromised',
  'signer-compromised',
  'signature-refused',
  'not-verified',
  'scan-unsafe',
  'not-scanned',
  'suspicious-data',
  'not-ready',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export const candidateReasonSchema = z.object({ code: z.enum(refusalCodes), why: z.string(), next: z.string() });
export type CandidateReason = z.infer<typeof candidateReasonSchema>;

/** `fit`: nothing speaks against it. `open`: nobody looked yet at something that must be looked at. `refused`: something does. */
export const candidateSchema = z.object({
  version: deliveredVersionSchema,
  verdict: z.enum(['fit', 'open', 'refused']),
  reasons: z.array(candidateReasonSchema),
  /** As its system says. */
  made: z.string().nullable(),
  /** The first time that a collection of ours saw it; nobody can have back-dated that. */
  seen: z.string().nullable(),
  /** SHA-256 (hex) over the digests of its files, once its signature was verified. */
  digest: z.string().nullable(),
  /** Who signed it, in words. */
  signer: z.string().nullable(),
  /** When it was what people got, the newest first. */
  served: z.array(
    z.object({
      by: z.string(),
      from: z.string(),
      /** Null: it is now. */
      until: z.string().nullable(),
      /** A collection shows a change some time after it happened, an event when it happened. */
      told: z.enum(['event', 'collection']),
    }),
  ),
  /** What it was made from, with the digests that its system recorded. */
  madeFrom: z.array(z.string()),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const recoveryChoiceSchema = z.object({
  subject: nodeRefSchema,
  /** The first suspicious event, or the moment that was given. */
  firstEvent: z.string(),
  /** What is served now. */
  current: deliveredVersionSchema.nullable(),
  /** The best first. */
  candidates: z.array(candidateSchema),
  /** Version of the first candidate that is fit. */
  chosen: z.string().nullable(),
  /** What to do where nothing is. */
  next: z.string(),
  completeness: completenessSchema,
});
export type RecoveryChoice = z.infer<typeof recoveryChoiceSchema>;

/** Which version a server serves is asked of the server: registries say what should be served, and servers cache. */
export const servingCheckSchema = z.discriminatedUnion('kind', [
  z.object({
    /** A question to which the two versions answer differently. */
    kind: z.literal('golden-query'),
    url: z.url({ protocol: /^https?$/ }).max(2048),
    body: z.unknown(),
    /** JSON pointer (RFC 6901) to the part of the answer that is compared; the whole when empty. */
    at: z.string().max(500).default(''),
    /** What the good version answers. */
    good: z.unknown(),
    /** What the bad one answers, where that is known. */
    bad: z.unknown().optional(),
  }),
  z.object({
    /** A header in which the server says what it serves. */
    kind: z.literal('header'),
    url: z.url({ protocol: /^https?$/ }).max(2048),
    header: z.string().regex(/^[\w-]{1,100}$/),
    good: text(500),
  }),
  z.object({
    /** `GET /v2/models/{model}` of the Open Inference Protocol names the versions that are loaded. */
    kind: z.literal('open-inference'),
    url: z.url({ protocol: /^https?$/ }).max(2048),
    model: text(500),
    good: text(500),
  }),
  z.object({
    /** The images that a workload's containers are to run, by a fresh collect. */
    kind: z.literal('running-image'),
    workload: text(2000),
    good: text(200),
  }),
]);
export type ServingCheck = z.infer<typeof servingCheckSchema>;

export const servingResultSchema = z.object({
  check: z.string(),
  /** `not-yet`: the server still answers with another version. */
  result: z.enum(['holds', 'not-yet', 'cannot-tell']),
  what: z.string(),
  at: z.string(),
});
export type ServingResult = z.infer<typeof servingResultSchema>;
