/** Incidents as a queue that people work, and what holds the detections of one together. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { findingSeverities } from '../finding.ts';
import { incidentSchema } from '../incident.ts';
import { nodeRefSchema } from '../node.ts';
import { joinRules, keptDetectionSchema } from './detections.ts';

/** `closed` by a person; `resolved`: it was one and is over; `false-alarm`: it never was. */
export const closings = ['resolved', 'false-alarm'] as const;
export type Closing = (typeof closings)[number];

/**
 * Where it began: the earliest actor from which the others were reached or taken; and actors that an earlier one leads to by a way
 * that the graph does not know.
 */
export const rootSchema = z.object({
  node: nodeRefSchema,
  /** False: the estate has no such node, so nothing can be planned from it. */
  known: z.boolean(),
  /** Its first event in a detection. */
  first: z.string(),
  why: z.string(),
});
export type Root = z.infer<typeof rootSchema>;

export const caseSeveritySchema = z.object({
  level: z.enum(findingSeverities),
  /** 0 to 100: impact × nearness × breadth × what the detections are worth. */
  score: z.number(),
  /** The sentence that explains it. */
  why: z.string(),
  /** Crown jewels that the roots reach, and of those the ones really touched. */
  jewelsReached: z.number(),
  jewelsTouched: z.number(),
  /** The greatest business impact (0 to 10) among what was touched, and among what is within reach. */
  impactTouched: z.number(),
  impactReached: z.number(),
});
export type CaseSeverity = z.infer<typeof caseSeveritySchema>;

/** One line of the queue. */
export const queueRowSchema = incidentSchema.extend({
  severity: caseSeveritySchema.nullable(),
  roots: z.array(rootSchema),
  detections: z.number(),
  suppressed: z.number(),
  /** Nobody has judged them. */
  unjudged: z.number(),
  detectors: z.number(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  closed: z.object({ as: z.enum(closings), by: z.string(), at: z.string(), reason: z.string() }).nullable(),
  /** The incident that it was merged into. */
  mergedInto: z.string().nullable(),
});
export type QueueRow = z.infer<typeof queueRowSchema>;

export const queueSchema = z.object({
  /** Open ones, the most severe first, then the newest. */
  incidents: z.array(queueRowSchema),
  /** Closed, merged away, or nothing left in them but what is suppressed: listed when asked for, counted always. */
  hidden: z.number(),
  /** Detections in no incident, suppressed ones left out. */
  loose: z.object({
    count: z.number(),
    bySeverity: z.partialRecord(z.enum(findingSeverities), z.number()),
    newest: z.string().nullable(),
  }),
});
export type Queue = z.infer<typeof queueSchema>;

/** Why two detections are in one incident. */
export const linkSchema = z.object({
  rule: z.enum(joinRules),
  from: z.string(),
  to: z.string(),
  words: z.string(),
  /** The steps of the graph, for `path`. */
  way: z.array(z.object({ type: z.string(), from: z.string(), to: z.string() })),
});
export type CaseLink = z.infer<typeof linkSchema>;

export const caseSchema = queueRowSchema.extend({
  /** The oldest first, at most 500; `GET /api/detections?incident=` has them all. */
  members: z.array(keptDetectionSchema),
  links: z.array(linkSchema),
  /** What people did to its grouping. */
  history: z.array(
    z.object({
      at: z.string(),
      by: z.string(),
      did: z.enum(['merged', 'split', 'closed', 'reopened', 'opened', 'adopted']),
      reason: z.string(),
      /** Incidents that it was merged from, or split from or into. */
      others: z.array(z.string()),
    }),
  ),
  /** Incidents that the rules would put together with this one and a person, or work under way, keeps apart. */
  related: z.array(z.object({ incident: z.string(), rule: z.enum(joinRules), words: z.string() })),
  /** Roots found since the incident's plan was made, or beside what a person opened it with: not in `compromised` yet. */
  newRoots: z.array(nodeRefSchema),
  completeness: completenessSchema,
});
export type Case = z.infer<typeof caseSchema>;
