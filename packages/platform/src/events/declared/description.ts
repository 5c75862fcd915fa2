/**
 * A log format as a description instead of code: where in an event its time, actor, operation, outcome and things are. One YAML
 * document a format (content/intake; docs/log-formats.md tells how). For logs that say everything plainly; those in which an identity
 * has to be worked out are files in formats/.
 */
import { eventActivities, findingSeverities } from '@firebreak/contract';
import { z } from 'zod';

/** `actor.session.user.email`; the first of several that is there. A list on the way stands for its first item. */
const path = z.string().min(1).max(500);
const paths = z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(path).min(1).max(20));
/** With `*` and `?`; one of several. */
const globs = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().min(1).max(200)).min(1).max(200),
);
/** Text with `{path}` in it; a template of which a path is missing gives nothing. */
const template = z.string().min(1).max(1000);
const words = z.partialRecord(z.enum(findingSeverities), globs);

export const descriptionSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/),
  title: z.string().min(1).max(200),
  /** Systems whose things it tells of, for the first part of their node ids. */
  systems: z.array(z.string()).default([]),
  /** All must hold: at the path stands a text, number or boolean that satisfies one of the patterns. */
  recognise: z.record(path, globs).refine((value) => Object.keys(value).length >= 1),
  /** A list of events in an envelope. */
  inside: path.optional(),
  id_from: paths.optional(),
  time: paths,
  system: template,
  actor: z.strictObject({
    name: paths,
    /** Nodes, the first that can be made. */
    node: z.array(template).default([]),
    credential: z.array(template).default([]),
    session: paths.optional(),
    address: paths.optional(),
    agent: paths.optional(),
  }),
  operation: z.array(template).min(1),
  /** By the operation, the first that fits; `other` when none does. */
  activity: z.partialRecord(z.enum(eventActivities), globs).default({}),
  outcome: z
    .strictObject({ from: paths, done: globs.optional(), refused: globs.optional(), failed: globs.optional() })
    .optional(),
  reason: paths.optional(),
  targets: z.array(template).max(20).default([]),
  /** It is somebody's alert, and becomes a detection. */
  alert: z
    .strictObject({
      /** What tells one kind of alert from another, in words that stay the same. */
      group: template,
      title: z.array(template).min(1),
      severity: z.strictObject({ from: paths, words }).optional(),
      /** Only when this holds: an alert that was closed is none. */
      when: z.record(path, globs).optional(),
    })
    .optional(),
});
export type Description = z.infer<typeof descriptionSchema>;
