import { z } from 'zod';

/**
 * One action with its parameters filled in: the thing that a plan step pulls. Two levers with the same `key` are the same
 * lever, however many edges name it.
 */
export const leverSchema = z.object({
  /** `<action id>|<canonical JSON of params>` */
  key: z.string(),
  action: z.string(),
  /** Parsed again by the action's own schema before anything is done with it. */
  params: z.record(z.string(), z.unknown()),
});
export type Lever = z.infer<typeof leverSchema>;

/** Builds a lever; parameters are put in key order at every level so that equal levers have equal keys. */
export function lever(action: string, params: Readonly<Record<string, unknown>>): Lever {
  const ordered = inKeyOrder(params) as Record<string, unknown>;
  return { key: `${action}|${JSON.stringify(ordered)}`, action, params: ordered };
}

function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, inKeyOrder(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
