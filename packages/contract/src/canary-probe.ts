/** How a canary asks the public way in which version answers: counted, since servers and routers cache what they were told. */
import { z } from 'zod';
import { canaryAddress, canaryHeaders, canaryKeyVariable } from './canary-endpoint.ts';

const word = z.string().min(1).max(500);

export const canaryProbeSchema = z.object({
  /** `POST` with this JSON body, `GET` without. */
  address: canaryAddress,
  body: z.record(z.string(), z.unknown()).optional(),
  keyFrom: canaryKeyVariable.optional(),
  headers: canaryHeaders,
  /** Where the answer says who gave it: a header, or a path of its JSON (`model`, `outputs.0.version`). */
  tells: z.discriminatedUnion('in', [
    z.object({ in: z.literal('header'), name: z.string().regex(/^[A-Za-z0-9-]{1,100}$/) }),
    z.object({ in: z.literal('body'), path: word }),
  ]),
  /** What it says then. */
  baseline: word,
  canary: word,
  requests: z.number().int().min(5).max(1000).default(60),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
});
export type CanaryProbe = z.output<typeof canaryProbeSchema>;
