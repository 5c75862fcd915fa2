/**
 * Levers that a team declares for itself, in YAML (docs/declared-levers.md), as facts: what a planner and a reader need. How a lever is
 * pulled stays in its file; the digest binds a plan to the file that was reviewed.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

/** All stages but evidence, which changes nothing. */
export const declaredStages = ['delivery', 'access', 'credential', 'network', 'eviction', 'placement'] as const;

/** Where a parameter's value comes from: a property of the node that the lever is pulled on, or a fixed text. */
export const declaredParameter = z.object({
  from: maybe(z.enum(['id', 'name', 'namespace'])),
  /** A label of the node. */
  label: maybe(line(256)),
  value: maybe(line(256)),
});

export const declaredSever = z.object({
  /** Label of an edge rule: `CLIENT_SCOPE`. */
  edge: line(128),
  /** A selector, or `target`. */
  from: line(1024),
  to: line(1024),
});

export const declaredLever = z.object({
  lever: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'not a name of a lever'),
  title: line(200),
  file: line(1024),
  /** SHA-256 of the canonical JSON of the definition, hex. */
  definition: z.string().regex(/^[0-9a-f]{64}$/),
  stage: z.enum(declaredStages),
  /** Why it cannot be undone; absent where it can. */
  because: maybe(line(400)),
  /** A selector of the nodes that it can be pulled on. */
  target: line(1024),
  severs: list(declaredSever),
  parameters: z.record(z.string(), declaredParameter),
  /** Who shows that it severed what it says: a fresh collect of the system itself, or its own reading and nothing else. */
  shown: z.enum(['collector', 'declaration']),
  cost: z.number().positive().max(1000),
  interrupts: list(z.object({ what: line(400), weight: z.number().nonnegative().max(1000) })),
  takes: maybe(z.number().positive().max(86_400)),
  drastic: z.boolean(),
  permissions: list(line(400)),
  /** Only where a declaration shows it: whether it was read to be in effect. */
  inEffect: maybe(z.boolean()),
});
export type DeclaredLever = z.infer<typeof declaredLever>;

export const declaredFactSchemas = { 'declared.lever': declaredLever } as const;
