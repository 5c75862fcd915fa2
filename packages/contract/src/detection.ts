/**
 * What a detector says happened: a rule of Sigma, a detector of ours that remembers, or somebody else's alert. One shape for all, tied
 * to the events that it stands on and to nodes of the graph, so that detections of one attack come together in one incident.
 */
import { z } from 'zod';
import type { NormalEvent } from './event.ts';
import { findingSeverities } from './finding.ts';

/** `trial`: shown and counted, opens no incident. */
export const detectorStatuses = ['trial', 'stable'] as const;

/** An event that a detection stands on; the digest says which, whoever keeps it. */
export const citedEventSchema = z.object({
  id: z.string(),
  digest: z.string(),
  time: z.string(),
  where: z.object({ locator: z.string(), line: z.number().optional() }),
});
export type CitedEvent = z.infer<typeof citedEventSchema>;

export const detectionSchema = z.object({
  /** The same for the same detector, group and first event, so that replaying a log finds nothing twice. */
  id: z.string(),
  /** `<family>/<detector>`: `sigma/<rule id>`, `agent/retry-storm`, `alertmanager/<alert name>`. */
  detector: z.string(),
  status: z.enum(detectorStatuses),
  severity: z.enum(findingSeverities),
  title: z.string(),
  /** What of these very events made it a detection. Foreign text is allowed: data. */
  note: z.string().optional(),
  /** ISO 8601, UTC: first and last of its events. */
  first: z.string(),
  last: z.string(),
  /** Nodes that acted, as the events name them; whether the estate has them is the graph's to say. */
  by: z.array(z.string()),
  /** Nodes that it was done to. */
  about: z.array(z.string()),
  /** Sessions of the actors: tokens, conversations. Foreign text. */
  sessions: z.array(z.string()),
  /** At most twenty, the first and the deciding one among them. */
  events: z.array(citedEventSchema),
  /** Of how many events. */
  count: z.number(),
  what: z.string(),
  why: z.string(),
  next: z.string(),
  /** ATT&CK, ATLAS, ASI, NHI, LLM as `attack.t1078`, `atlas.aml.t0024`, `asi.asi03`, `nhi.nhi2`. */
  techniques: z.array(z.string()),
  /** Who wrote the rule, where its licence wants that shown. */
  author: z.string().optional(),
});
export type Detection = z.infer<typeof detectionSchema>;

/** An event with what it was made from. */
export interface SeenEvent {
  readonly event: NormalEvent;
  /** Parsed JSON, foreign. */
  readonly raw: unknown;
  /** The JSON that `raw` was parsed from, where it is at hand: some questions are answered sooner by it. */
  readonly rawText?: string;
}

/** What a detector yields; the host adds what the detector says of itself, and the id. */
export interface Detected {
  /** What it is about: two of the same group with the same first event are the same. */
  readonly group: string;
  /** At least one, in the order seen; `count` when there were more than these. */
  readonly events: readonly NormalEvent[];
  readonly count?: number;
  readonly note?: string;
  /** Of somebody else's alert: which of theirs it is, for the detector's id and its title. */
  readonly theirs?: { readonly detector: string; readonly title: string };
  /** The detector's own when absent. */
  readonly severity?: Detection['severity'];
  /** Further nodes beside those of its events. */
  readonly by?: readonly string[];
  readonly about?: readonly string[];
}

/** A detector at work: pure but for its memory, which is bounded. Times are the events', never a clock's. */
export interface RunningDetector {
  see(seen: SeenEvent): Iterable<Detected>;
  /** Time has come so far (ms since 1970), although no event says so. */
  advance(time: number): Iterable<Detected>;
  /** Whether events that concern it under this name (`concerns`) matter to it now. */
  watchesFor?(name: string): boolean;
  /** What it remembers, as plain JSON data, for a restart. */
  state(): unknown;
  /** What its bounds made it forget, in words, for the detector's page; empty for nothing. */
  forgotten?(): readonly string[];
}

/** Looks at events as they come. One file, one detector; folder and file name are its id. */
export interface StreamDetector {
  readonly id: string;
  readonly status: Detection['status'];
  readonly severity: Detection['severity'];
  readonly title: string;
  /** Event formats that it looks at; where none of them came in, the answer is "cannot tell", never "clean". */
  readonly needs: readonly string[];
  readonly techniques: readonly string[];
  readonly explain: { readonly what: string; readonly why: string; readonly next: string };
  readonly falsePositives: readonly string[];
  /**
   * Whether it has to see the event: told by the event alone, without a memory. Of one that it need not see it would find nothing and
   * remember nothing; names say that it need only while it watches for one of them. Without it, all events of its formats.
   */
  readonly concerns?: (seen: SeenEvent) => boolean | readonly string[];
  /** @param state what `state` gave before; of another version or damaged, it begins anew. */
  readonly start: (state?: unknown) => RunningDetector;
}
