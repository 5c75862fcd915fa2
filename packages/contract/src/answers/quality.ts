/** How good each detector is, from what people said of its detections (B9, F3). */
import { z } from 'zod';
import { detectorStatuses } from '../detection.ts';
import { findingSeverities } from '../finding.ts';
import { detectionVerdicts } from './detections.ts';

/** A share with its 95 % Wilson interval; null where there is nothing to divide by. */
export const shareSchema = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  /** What it is a share of. */
  of: z.number(),
});
export type Share = z.infer<typeof shareSchema>;

/** Milliseconds. */
export const spreadSchema = z.object({ median: z.number(), p90: z.number(), mean: z.number(), of: z.number() });

export const detectorQualitySchema = z.object({
  detector: z.string(),
  title: z.string(),
  /** Null for somebody else's detector, which is known by its alerts only. */
  status: z.enum(detectorStatuses).nullable(),
  severity: z.enum(findingSeverities),
  /**
   * `found`: it has detections. `silent`: it looked at events and found nothing. `cannot-tell`: it never saw an event of what it
   * needs, so its silence says nothing.
   */
  answer: z.enum(['found', 'silent', 'cannot-tell']),
  /** The answer in a sentence. */
  why: z.string(),
  /** Event formats that it looks at, and those of them that came in. */
  needs: z.array(z.string()),
  has: z.array(z.string()),
  detections: z.number(),
  suppressed: z.number(),
  incidents: z.number(),
  verdicts: z.record(z.enum(detectionVerdicts), z.number()),
  /** Of those judged and told apart: it saw what it is made to see, allowed or not. */
  precision: shareSchema.nullable(),
  /** The same, and it was an attack. */
  attacks: shareSchema.nullable(),
  /** False positives that were judged, of the events that it looked at: a lower bound while there are unjudged ones. */
  falsePositiveRate: shareSchema.nullable(),
  newest: z.string().nullable(),
});
export type DetectorQuality = z.infer<typeof detectorQualitySchema>;

export const qualitySchema = z.object({
  since: z.string().nullable(),
  detectors: z.array(detectorQualitySchema),
  /** From the first event of a detection to its being told of; detections of replayed logs show here as late. */
  timeToDetect: spreadSchema.nullable(),
  /** From its being told of to a person's verdict. */
  timeToVerdict: spreadSchema.nullable(),
  /** Detections, of them judged. */
  detections: z.number(),
  judged: z.number(),
  /** Of all judged ones and told apart, false positives. */
  falsePositives: shareSchema.nullable(),
});
export type Quality = z.infer<typeof qualitySchema>;
