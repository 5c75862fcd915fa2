/** Could versus did: what somebody who holds the compromised could reach, and what the logs say was really touched. */
import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { approvalStates, eventActivities } from '../event.ts';
import { assetClasses, nodeRefSchema } from '../node.ts';

const span = z.object({ first: z.string(), last: z.string(), events: z.number() });

export const couldDidSchema = z.object({
  compromised: z.array(nodeRefSchema),
  /** Only what happened from here on was looked at; absent when everything was. */
  since: z.string().optional(),
  log: z.object({
    /** Events that were read, each once. */
    events: z.number(),
    first: z.string().optional(),
    last: z.string().optional(),
    duplicates: z.number(),
    /** Events of the compromised, and of what they took on the way. */
    theirs: z.number(),
    /** Events of identities within reach that no event shows to have been taken. */
    within: z.number(),
  }),
  /** How far it could go. */
  could: z.object({ reached: z.number(), jewels: z.number() }),
  /** What the attacker has: what was compromised and acted, and what was taken, in that order, acting or not. */
  actors: z.array(
    span.extend({
      node: nodeRefSchema,
      /** The event by which it was taken; absent for what was compromised to begin with. */
      takenBy: z.object({ event: z.string(), time: z.string(), operation: z.string(), from: z.string() }).optional(),
      /** Sessions, tokens, keys and addresses, the busiest first. */
      sessions: z.array(
        span.extend({ session: z.string().optional(), address: z.string().optional(), agent: z.string().optional() }),
      ),
    }),
  ),
  /** What was touched, jewels first, then by time. */
  did: z.array(
    span.extend({
      node: nodeRefSchema,
      class: z.enum(assetClasses).optional(),
      jewel: z.string().optional(),
      /** False: nothing in the estate is called so; it is gone, or was not read. */
      known: z.boolean(),
      /** False: it was touched and the graph knows no way; the graph is wrong or the estate has changed. */
      within: z.boolean(),
      /** Attempts that were refused or failed; `events` counts those that were done. */
      refused: z.number(),
      activities: z.partialRecord(z.enum(eventActivities), z.number()),
      /** Of what was done, how much had which state of approval, where logs tell of one. */
      approvals: z.partialRecord(z.enum(approvalStates), z.number()).optional(),
      operations: z.array(z.object({ operation: z.string(), events: z.number() })),
      by: z.array(z.string()),
      /** The steps of the graph that explain it, from the actor: the grants that were abused. */
      way: z.array(z.object({ type: z.string(), from: z.string(), to: z.string() })),
      /** Ids of the first events. */
      examples: z.array(z.string()),
    }),
  ),
  /** Grants that were abused: the steps of the ways to what was touched, those most used first. */
  abused: z.array(
    span.extend({
      type: z.string(),
      from: z.string(),
      to: z.string(),
      /** The grant in a sentence. */
      words: z.string(),
      /** What was touched by way of it, at most ten. */
      touched: z.array(z.string()),
    }),
  ),
  /** What was logged of the systems within reach, and when: before and after nothing is known. */
  logged: z.array(
    span.extend({
      system: z.string(),
      format: z.string(),
      /** Where the log leaves out a part of the attacker's time: in a sentence. */
      gap: z.string().optional(),
    }),
  ),
  /** Crown jewels within reach that no event shows as touched. */
  untouched: z.array(nodeRefSchema),
  /** Systems within reach of which no log was read: there the answer is unknown, not "nothing". */
  unlogged: z.array(z.object({ system: z.string(), reached: z.number(), jewels: z.number(), why: z.string() })),
  completeness: completenessSchema,
});
/** What became of events that somebody sent. Nothing is dropped in silence. */
export const takenEventsSchema = z.object({
  kept: z.number(),
  /** There already: by another way, or sent again. */
  duplicates: z.number(),
  /** Told of nothing that happened. */
  passed: z.number(),
  /** Not read, and why; the place is the event's number in what was sent, from 1. */
  problems: z.array(z.object({ event: z.number(), why: z.string() })),
  /** Problems that are not listed. */
  more: z.number(),
});
export type TakenEvents = z.infer<typeof takenEventsSchema>;

export type CouldDid = z.infer<typeof couldDidSchema>;
