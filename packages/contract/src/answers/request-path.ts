import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { nodeRefSchema } from '../node.ts';

export const stationKinds = ['entry', 'inference', 'steering', 'retrieval', 'storage', 'outbound'] as const;

/** `firebreak request-path --json`: where a user's request goes, and every credential that can influence it there. */
export const requestPathSchema = z.object({
  endpoint: nodeRefSchema,
  /** What the request touches, nearest first; the endpoint itself first of all. */
  stations: z.array(
    nodeRefSchema.extend({
      class: z.string(),
      station: z.enum(stationKinds),
      /** Hops from the endpoint. */
      hops: z.number(),
      owner: z.string().optional(),
      /** What it runs with. */
      runsAs: z.array(nodeRefSchema),
      influences: z.array(
        nodeRefSchema.extend({
          class: z.string(),
          /** It runs with it; has power over it or what it belongs to; or can get it by an attack. The strongest counts. */
          how: z.enum(['runs-as', 'direct', 'attack']),
        }),
      ),
    }),
  ),
  hops: z.array(
    z.object({
      from: nodeRefSchema,
      to: nodeRefSchema,
      type: z.string(),
      /** Identities, credentials and permissions that the hop goes by, in order. */
      by: z.array(nodeRefSchema),
      facts: z.array(z.string()),
      note: z.string().optional(),
      likelihood: z.number(),
    }),
  ),
  /** All that influence any station, by how many. */
  actors: z.array(nodeRefSchema.extend({ class: z.string(), stations: z.number(), direct: z.number() })),
  completeness: completenessSchema,
});
export type RequestPath = z.infer<typeof requestPathSchema>;
