/** The timeline of an incident: what the attacker, the platform, our own steps and people did, in one chain (C3). */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { citedEventSchema } from '../detection.ts';
import { eventActivities, eventOutcomes } from '../event.ts';
import { findingSeverities } from '../finding.ts';
import { nodeRefSchema } from '../node.ts';

/** What a moment is about: `model`, `data` and `tool` by the class of what was touched; `platform` all else of the estate. */
export const timelineKinds = [
  'model',
  'data',
  'tool',
  'identity',
  'platform',
  'detection',
  'response',
  'human',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

export const momentSchema = z.object({
  /** The same for the same moment; the cursor of the page after it. */
  id: z.string(),
  at: z.string(),
  kind: z.enum(timelineKinds),
  /** What happened, in a sentence. Foreign text in it is data. */
  words: z.string(),
  actor: z.string(),
  /** Who acted, where that is a node. */
  identity: nodeRefSchema.nullable(),
  credential: z.string().nullable(),
  session: z.string().nullable(),
  address: z.string().nullable(),
  operation: z.string().nullable(),
  activity: z.enum(eventActivities).nullable(),
  outcome: z.enum(eventOutcomes).nullable(),
  targets: z.array(nodeRefSchema),
  /**
   * What let it: the step of the graph from the actor to what it touched. `none`: the graph knows of no such right, which is as
   * telling. Null where the question makes no sense.
   */
  permission: z.object({ step: z.string(), words: z.string() }).or(z.literal('none')).nullable(),
  /** Whether somebody approved it, in words: who and when for our own steps; of an agent's calls what its log says. */
  approval: z.string().nullable(),
  /** Ids of the detections that cite it. */
  detections: z.array(z.string()),
  severity: z.enum(findingSeverities).nullable(),
  /** The event, or the entry of the ledger. */
  event: citedEventSchema.nullable(),
  ledger: z.number().nullable(),
});
export type Moment = z.infer<typeof momentSchema>;

export const timelineSchema = z.object({
  incident: z.string(),
  title: z.string(),
  /** By time; ties by id. */
  moments: z.array(momentSchema),
  total: z.number(),
  byKind: z.partialRecord(z.enum(timelineKinds), z.number()),
  /** Give it as `after` for the next page; null at the end. */
  next: z.string().nullable(),
  completeness: completenessSchema,
});
export type Timeline = z.infer<typeof timelineSchema>;
