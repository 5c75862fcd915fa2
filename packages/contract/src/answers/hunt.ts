/** Hunting: a question over all events that are kept, those of the hot window and those in cold files alike. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { normalEventSchema } from '../event.ts';

/** The values most often found, the busiest first, at most twenty. */
const facet = z.array(z.object({ value: z.string(), events: z.number() }));

export const huntSchema = z.object({
  /** The question, as it was asked. */
  query: z.string(),
  /** Those that came in last first. */
  events: z.array(
    z.object({
      /** Its place in the order in which events came in. */
      no: z.number(),
      /** ISO 8601, UTC. */
      received: z.string(),
      /** Null when it is in the hot window, else the file that it is in. */
      file: z.string().nullable(),
      event: normalEventSchema,
      /** Of each field of `columns` its values, in their order; absent when none were asked for. */
      values: z.array(z.array(z.string())).optional(),
    }),
  ),
  /** Give it as `before` for what came in earlier; null when there is no more. */
  next: z.number().nullable(),
  /** Events that were looked at for this answer; indexes spare the others. */
  looked: z.number(),
  /** Events that fit, on this page and after it, as far as was looked. */
  found: z.number(),
  /** First and last time of what was found; null without any. */
  span: z.object({ first: z.string(), last: z.string() }).nullable(),
  /** Of all that was found; null on later pages, where only the page is looked for. */
  facets: z
    .object({
      actors: facet,
      targets: facet,
      operations: facet,
      formats: facet,
      outcomes: facet,
      addresses: facet,
    })
    .nullable(),
  completeness: completenessSchema,
});
export type Hunt = z.infer<typeof huntSchema>;
