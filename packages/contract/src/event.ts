/**
 * The one form that everything that happened is brought into, whoever logged it. It keeps where the raw event is and its digest;
 * ids are those of the graph, made from what the event says and never from likeness of names. Whether such a node exists is the
 * estate's to say: an event about something that is not there any more is still an event.
 */
import { z } from 'zod';

export const eventActivities = ['read', 'change', 'delete', 'execute', 'authenticate', 'other'] as const;
export const eventOutcomes = ['done', 'refused', 'failed', 'unknown'] as const;
/** `automatic`: a setting let it, and nobody was asked. */
export const approvalStates = ['approved', 'rejected', 'pending', 'automatic'] as const;

export const normalEventSchema = z.object({
  /** The same for the same event, however often and by whichever way it comes in. */
  id: z.string(),
  /** ISO 8601, UTC, milliseconds: when it happened, or where that was not told, when it came in. */
  time: z.string(),
  timeIs: z.enum(['told', 'received']),
  /** Where it came from: the format's id, and file with line (1-based) or the address that sent it. */
  source: z.object({ format: z.string(), locator: z.string(), line: z.number().optional() }),
  /** SHA-256 (hex) of the event as canonical JSON. */
  digest: z.string(),
  /** Whose log it is: `kubernetes`, `aws 111122223333`, `github acme`. */
  system: z.string(),
  actor: z.object({
    /** As the event names it. */
    name: z.string(),
    /** The identity as a node. */
    id: z.string().optional(),
    /** What was shown: an access key, as a node. */
    credential: z.string().optional(),
    /** One use of the identity: a session, a token, a process. Foreign text. */
    session: z.string().optional(),
    /** Further nodes that acted: the pod that a token is bound to, the groups it came in by. */
    also: z.array(z.string()).optional(),
    /** Whom it pretended to be was allowed to by this identity. */
    behind: z.string().optional(),
    address: z.string().optional(),
    agent: z.string().optional(),
  }),
  /** In the words of its system: `s3:GetObject`, `create pods/exec`. */
  operation: z.string(),
  activity: z.enum(eventActivities),
  /** Nodes that it was done to. */
  targets: z.array(z.string()),
  outcome: z.enum(eventOutcomes),
  /** Why it was refused or failed, as told. */
  reason: z.string().optional(),
  /** Whether somebody approved it, where its log tells: of calls of agents. Who is foreign text. */
  approval: z
    .object({ state: z.enum(approvalStates), by: z.string().optional(), at: z.string().optional() })
    .optional(),
  /**
   * What intake cut out of it before it was kept, by kind and keyed digest, and what of the graph that opens; the raw event has
   * `[redacted:<kind>:<digest>]` in its place. `digest` is still that of the event as it came.
   */
  redacted: z
    .array(z.object({ kind: z.string(), digest: z.string(), opens: z.array(z.string()).optional() }))
    .optional(),
});
export type NormalEvent = z.infer<typeof normalEventSchema>;

/** What a format makes of one event; the host adds id, digest and source. */
export type ReadEvent = Omit<NormalEvent, 'id' | 'digest' | 'source' | 'time' | 'timeIs'> & {
  readonly time: string | undefined;
  /** The id that the system itself gave it. */
  readonly ownId?: string;
};

/** One log format. One file, one format; the file's name is its id. */
export interface EventFormat {
  readonly id: string;
  readonly title: string;
  /** Systems whose things it tells of, for the first part of their node ids. */
  readonly systems: readonly string[];
  /** Whether a parsed value looks like one of its events. Cheap; true for at most one format. */
  readonly is: (value: unknown) => boolean;
  /** Events inside an envelope (`{"Records": […]}`); undefined for a value that is none. */
  readonly unwrap?: (value: unknown) => readonly unknown[] | undefined;
  /** The value that a line of its own, which is no JSON, stands for; undefined for a line of any other kind. In linear time. */
  readonly line?: (text: string) => unknown;
  /** Undefined where it says nothing that happened (a request that was only received). @returns a sentence when it cannot be read */
  readonly read: (value: unknown) => ReadEvent | string | undefined;
}
