import { z } from 'zod';
import { completenessSchema } from '../answer.ts';
import { attackPathSchema } from '../graph.ts';
import { nodeRefSchema } from '../node.ts';
import { impactSchema } from './exposure.ts';
import { assetSchema } from './inventory.ts';

/** `firebreak threat-model --json` */
export const threatModelSchema = z.object({
  asset: assetSchema,
  impact: impactSchema,
  /** Where an attacker can begin, by class: what of it reaches the asset, alone. */
  entryPoints: z.array(
    z.object({
      class: z.string(),
      /** Of so many in the estate. */
      of: z.number(),
      reach: z.number(),
      /** The one with the best path. */
      nearest: nodeRefSchema,
      steps: z.number(),
      likelihood: z.number(),
    }),
  ),
  /** The best path of each kind of entry point, likeliest first. */
  threats: z.array(attackPathSchema),
  techniques: z.array(
    z.object({ id: z.string(), framework: z.enum(['ATT&CK', 'ATLAS', 'other']), steps: z.array(z.string()) }),
  ),
  mitigations: z.array(
    z.object({
      type: z.string(),
      from: nodeRefSchema,
      to: nodeRefSchema,
      /** How many of the threats go by this edge. */
      threats: z.number(),
      cut: z.string(),
      /** Keys of levers that sever it, as `whatif --toggle` takes them; empty where nothing at hand does. */
      levers: z.array(z.string()),
    }),
  ),
  /** Nodes that every threat passes: protect one of them and all are cut. */
  chokepoints: z.array(nodeRefSchema.extend({ guards: z.number() })),
  /** What the model rests on without knowing: what could not be read, and what nobody stated about the asset. */
  gaps: z.array(z.string()),
  completeness: completenessSchema,
});
export type ThreatModel = z.infer<typeof threatModelSchema>;
