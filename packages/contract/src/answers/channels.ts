import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

/** An identity or credential with power over something, and how. */
export const authoritySchema = nodeRefSchema.extend({
  class: z.string(),
  owner: z.string().optional(),
  /** The edge by which it has it. */
  type: z.string(),
  /** The powers between. */
  through: z.array(nodeRefSchema),
});

export const channelSchema = nodeRefSchema.extend({
  class: z.string(),
  owner: z.string().optional(),
  /** What makes it deliver; `unknown` where its source could not be read. */
  driven: z.enum(['repository', 'registry', 'pipeline', 'data', 'unknown']),
  /** What it takes its content from. */
  sources: z.array(nodeRefSchema),
  /** What it makes run or be. */
  delivers: z.array(nodeRefSchema),
  /** Who may change the content: power over a source, or over the channel where it has none. */
  publish: z.array(authoritySchema),
  /** Who may decide what of it is delivered: power over the channel itself. */
  promote: z.array(authoritySchema),
  /** What receives it runs with these. */
  pull: z.array(nodeRefSchema.extend({ class: z.string() })),
  findings: z.array(
    z.object({
      finding: z.enum(['publishes-what-it-runs', 'publishes-and-operates', 'static-publisher']),
      actor: nodeRefSchema,
      why: z.string(),
    }),
  ),
});
export type Channel = z.infer<typeof channelSchema>;

/** `firebreak channels --json`: every way by which code or models get to run. */
export const channelsSchema = z.object({
  channels: z.array(channelSchema),
  counts: z.object({
    channels: z.number(),
    /** Distinct identities that may publish or promote anywhere. */
    publishers: z.number(),
    mixed: z.number(),
  }),
  completeness: completenessSchema,
});
export type Channels = z.infer<typeof channelsSchema>;
