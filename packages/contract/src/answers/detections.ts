/** Detections as they are kept and worked: where each belongs and why, what people said of it, what hides it. */
import { z } from 'zod';
import { detectionSchema, detectorStatuses } from '../detection.ts';
import { findingSeverities } from '../finding.ts';

/**
 * `benign-true-positive`: it saw what it is made to see, and that was allowed. `false-positive`: it did not. `unknown`: looked at, and
 * nobody can tell.
 */
export const detectionVerdicts = ['true-positive', 'benign-true-positive', 'false-positive', 'unknown'] as const;
export type DetectionVerdict = (typeof detectionVerdicts)[number];

export const judgementSchema = z.object({
  verdict: z.enum(detectionVerdicts),
  note: z.string(),
  by: z.string(),
  at: z.string(),
});
export type Judgement = z.infer<typeof judgementSchema>;

/**
 * Why a detection is in its incident. `first`: it was the earliest when it came. `identity`: the same identity, credential or session acted. `lineage`:
 * an event of the incident took the actor, or changed what this is about. `path`: the graph has a short way to the actor, and the
 * order of time allows it. `hand`: a person put it there.
 */
export const joinRules = ['first', 'identity', 'lineage', 'path', 'hand'] as const;
export type JoinRule = (typeof joinRules)[number];

export const joinedSchema = z.object({
  rule: z.enum(joinRules),
  /** The rule in a sentence, with the names of this very case. */
  words: z.string(),
  /** The detection that it was joined to; absent for the first. */
  to: z.string().optional(),
});
export type Joined = z.infer<typeof joinedSchema>;

export const keptDetectionSchema = detectionSchema.extend({
  /** When it was told of, against `first` for the time to detect. */
  takenAt: z.string(),
  /** Null while it is loose: too light, on trial, or suppressed, and like nothing that is an incident. */
  incident: z.string().nullable(),
  joined: joinedSchema.nullable(),
  judgement: judgementSchema.nullable(),
  /** Id of the suppression that hides it. */
  suppressedBy: z.string().nullable(),
});
export type KeptDetection = z.infer<typeof keptDetectionSchema>;

/** What a list is narrowed to; what is absent narrows nothing. */
export const detectionFilterSchema = z.object({
  detector: z.string().max(300).optional(),
  /** At least so severe. */
  severity: z.enum(findingSeverities).optional(),
  status: z.enum(detectorStatuses).optional(),
  /** An incident's id; `none` for what is loose. */
  incident: z.string().max(64).optional(),
  /** A verdict; `none` for what nobody has judged. */
  verdict: z.enum([...detectionVerdicts, 'none']).optional(),
  /** Something that acted or that it was done to, as the detection names it. */
  node: z.string().max(2000).optional(),
  /** In title, note or detector, whatever the case of letters. */
  text: z.string().max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  /** Suppressed ones too, or only those; they are counted in any case. */
  suppressed: z.enum(['hidden', 'shown', 'only']).default('hidden'),
});
export type DetectionFilter = z.infer<typeof detectionFilterSchema>;

/** Newest first. */
export const detectionListSchema = z.object({
  detections: z.array(keptDetectionSchema),
  /** All that the filter lets through, on whatever page. */
  total: z.number(),
  /** Of what the filter would let through, so many are suppressed; hidden unless asked for. */
  suppressed: z.number(),
  /** Give it as `after` for the next page; null at the end. */
  next: z.string().nullable(),
});
export type DetectionList = z.infer<typeof detectionListSchema>;

/** A field of a detection that a suppression looks into for a text. */
export const suppressibleFields = ['title', 'note', 'session'] as const;

/** All that are given must hold; at least one is given. */
export const suppressionScopeSchema = z
  .object({
    detector: z.string().min(1).max(300).optional(),
    /** A node that acted. */
    identity: z.string().min(1).max(2000).optional(),
    /** A node that it was done to. */
    asset: z.string().min(1).max(2000).optional(),
    /** The field holds the text, whatever the case of letters. */
    text: z.object({ field: z.enum(suppressibleFields), holds: z.string().min(1).max(500) }).optional(),
  })
  .refine((scope) => Object.values(scope).some((part) => part !== undefined), 'A suppression needs a scope.');
export type SuppressionScope = z.infer<typeof suppressionScopeSchema>;

export const suppressionSchema = z.object({
  id: z.string(),
  scope: suppressionScopeSchema,
  reason: z.string(),
  by: z.string(),
  at: z.string(),
  /** At most a year after it was made; brought forward when somebody ends it. */
  until: z.string(),
  endedBy: z.string().nullable(),
  state: z.enum(['active', 'expired', 'ended']),
  /** How many it has hidden, and the newest of them. */
  hidden: z.number(),
  lastHid: z.string().nullable(),
});
export type Suppression = z.infer<typeof suppressionSchema>;
