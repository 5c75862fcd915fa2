/** How events come in, and how far the watch over them has come. What was not kept is counted by reason. */
import { z } from 'zod';

const reasons = z.array(z.object({ why: z.string(), events: z.number() }));

export const intakeSchema = z.object({
  /** Since the server started. */
  line: z.object({
    /** Events kept. */
    taken: z.number(),
    /** There already: by another way, or sent again. */
    duplicates: z.number(),
    /** Told of nothing that happened. */
    passed: z.number(),
    unreadable: reasons,
    /** Times that a sender was told to come again later, for want of room. Nothing of what it sent was taken. */
    refused: z.number(),
    /** Times that a sender was told to come again later, because the watch had enough before it. */
    heldBack: z.number(),
    /** Places in events that something was cut out of before they were kept, by kind. */
    redacted: z.array(z.object({ kind: z.string(), places: z.number() })),
    /** Bytes that wait, and how many may. */
    waiting: z.number(),
    room: z.number(),
  }),
  /** Who sent what, the busiest first. */
  sources: z.array(
    z.object({
      source: z.string(),
      /** The format's id; `unknown` for what no format knows. */
      format: z.string(),
      taken: z.number(),
      duplicates: z.number(),
      passed: z.number(),
      unreadable: z.number(),
      last: z.string(),
    }),
  ),
  /** All that is kept. */
  logs: z.array(z.object({ format: z.string(), events: z.number(), first: z.string(), last: z.string() })),
  /** Findings of our own that came back by somebody else's way since the server started: kept as events, made into no detection. */
  echoes: z.array(z.object({ format: z.string(), events: z.number() })),
  /** Null where no watch runs. */
  watch: z
    .object({
      running: z.boolean(),
      trouble: z.string().nullable(),
      /** Number of the last event that was seen, and of the last that was kept. */
      position: z.number(),
      last: z.number(),
      seen: z.number(),
      detections: z.number(),
      /** From arrival to being seen, milliseconds, of the events of the last minutes. */
      lagMs: z.object({ p50: z.number(), p99: z.number() }).nullable(),
      rules: z.number(),
      correlations: z.number(),
      filters: z.number(),
      detectors: z.number(),
      /** Rules that are refused, or look wrong (`warning`). */
      problems: z.array(
        z.object({ code: z.string(), file: z.string(), line: z.number(), reason: z.string(), warning: z.boolean() }),
      ),
      /** Detectors that failed and were stopped: what they look for is not looked for. */
      stopped: z.array(z.object({ detector: z.string(), why: z.string() })),
      /** Watches of other lines on the same database: how far each had come when it last saved its place (ISO 8601). */
      others: z.array(z.object({ line: z.string(), position: z.number(), saved: z.string() })),
    })
    .nullable(),
});
export type IntakeStatus = z.infer<typeof intakeSchema>;
