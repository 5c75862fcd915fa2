import { z } from 'zod';
import { stages } from './action.ts';
import { completenessSchema } from './answer.ts';
import { scopeSchema } from './answers/scope.ts';
import { attackPathSchema } from './graph.ts';
import { leverSchema } from './lever.ts';
import { nodeRefSchema } from './node.ts';

/** The identity of one edge: type, holdings and target. Two derivations of the same step have the same key. */
export const edgeKeySchema = z.object({
  type: z.string(),
  from: z.string(),
  with: z.array(z.string()).optional(),
  to: z.string(),
});
export type EdgeKey = z.infer<typeof edgeKeySchema>;

/** One summand of a cost. */
export const reasonSchema = z.object({ what: z.string(), points: z.number() });
export type Reason = z.infer<typeof reasonSchema>;

/**
 * What people may wish a plan to be. `cheapest`: least interruption. `full-freeze`: nothing that can be taken stays within reach.
 * `staged`: first what one person may approve, then the rest. `read-only`: nothing can be changed, what runs goes on running.
 * `business-first`: rather many small steps than one that customers notice.
 */
export const planVariants = ['cheapest', 'full-freeze', 'staged', 'read-only', 'business-first'] as const;
export type PlanVariant = (typeof planVariants)[number];

/** Why a lever cannot be pulled, or that there is none. */
export const lackSchema = z.object({
  /**
   * `right`: the connector's credential may not. `connector`: the connector is not connected here. `hosting`: somebody else runs
   * the thing. `forbidden`: the request rules it out. `lever`: no lever is known.
   */
  is: z.enum(['right', 'connector', 'hosting', 'forbidden', 'lever']),
  action: z.string().optional(),
  what: z.string(),
});
export type Lack = z.infer<typeof lackSchema>;

export const planStepSchema = z.object({
  /** 1-based position in the order. */
  ordinal: z.number().int().positive(),
  /** `s1`, `s2`, …; stable inside the plan. */
  id: z.string(),
  lever: leverSchema,
  stage: z.enum(stages),
  target: nodeRefSchema,
  title: z.string(),
  /** Why this step is in the plan: part of the cut, a credential that the attacker holds, evidence, or a delivery channel. */
  reason: z.enum(['cut', 'revoke-held-credential', 'evidence', 'stop-delivery', 'contain-host', 'slow-down']),
  why: z.string(),
  /** Edges of the attack region that this step makes disappear. */
  severs: z.array(edgeKeySchema),
  interrupts: z.array(z.object({ who: nodeRefSchema, what: z.string(), weight: z.number() })),
  restarts: z.array(nodeRefSchema),
  cost: z.number(),
  /** What `cost` is made of; the points add up to it. */
  reasons: z.array(reasonSchema).optional(),
  /** Typical seconds from the first request until it holds, without waiting for approvals. */
  takes: z.number().optional(),
  /** In a staged plan: 1 for what one person may approve, 2 for the rest. */
  wave: z.number().int().positive().optional(),
  reversal: z.object({ kind: z.enum(['restore', 'none']), how: z.string() }),
  drastic: z.boolean(),
  /** How many different people must approve: 1, or 2 for a drastic step. */
  approvals: z.number().int(),
  /** Ids of steps that must be done before. */
  after: z.array(z.string()),
});
export type PlanStep = z.infer<typeof planStepSchema>;

/**
 * Why the plan is right, checkable without the planner: `reached` contains the compromised set, is closed under every
 * edge that no step severs (an edge with several holdings fires only when all of them are in `reached`), and contains
 * nothing protected except `exempt`.
 */
export const certificateSchema = z.object({
  kind: z.literal('closed-set'),
  /** SHA-256 over the canonical list of nodes and edges that the plan was made from, hex. */
  graphDigest: z.string(),
  reached: z.array(z.string()),
  protected: z.array(z.string()),
  /** Protected nodes that no step can save: already compromised, or on a path that no lever cuts. */
  exempt: z.array(z.string()),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const planSchema = z.object({
  format: z.literal('firebreak-plan/1'),
  /** SHA-256 (hex) of the canonical JSON of everything else in here. People approve this digest. */
  digest: z.string(),
  compromised: z.array(nodeRefSchema),
  /** As given, for example `default` or `class=model`. */
  protect: z.string(),
  /** Keys of levers that the plan had to do without: the bound holds for cuts without them. Absent when there were none. */
  forbidden: z.array(z.string()).optional(),
  /** Keys of levers that the plan had to use. Absent when there were none. */
  pinned: z.array(z.string()).optional(),
  /** What kind of plan was wished for; `cheapest` when absent. */
  variant: z.enum(planVariants).optional(),
  /** Levers that would have served and that hosting rules out, at most 100. Absent when there are none. */
  leftOut: z
    .array(
      z.object({ lever: leverSchema, title: z.string(), target: nodeRefSchema, why: z.string(), instead: z.string() }),
    )
    .optional(),
  /** `contained`: nothing protected stays reachable. `partial`: `uncut` says what stays and why. `nothing-to-cut`: it never was. */
  verdict: z.enum(['contained', 'partial', 'nothing-to-cut']),
  steps: z.array(planStepSchema),
  /**
   * Cost of the cut (steps with reason `cut`), a proven lower bound on the cost of any cut that saves the same, and their
   * relative gap. For a variant the gap is what the wish costs.
   */
  cutCost: z.number(),
  lowerBound: z.number(),
  gap: z.number(),
  /** `cutCost` plus the steps that are there for other reasons. */
  totalCost: z.number(),
  certificate: certificateSchema,
  /** A remaining path for protected nodes that cannot be cut off, at most 100 of them, and the lever that is missing. */
  uncut: z.array(
    z.object({
      path: attackPathSchema,
      missing: z.string(),
      /** The same by kind, most helpful first. */
      lacks: z.array(lackSchema).optional(),
    }),
  ),
  /** What the proof assumes, in plain sentences. */
  assumptions: z.array(z.string()),
  completeness: completenessSchema,
  /** Protected nodes that were reachable before, and paths to a few of them, worst first. */
  exposure: z.object({ protectedReachable: z.number(), examples: z.array(attackPathSchema) }),
  /** Whether this is all of it. */
  scope: scopeSchema.optional(),
  /** How the steps were ordered within the constraints: by a race that was run, or by rule where it was not. */
  order: z.enum(['race', 'rule']).optional(),
});
export type Plan = z.infer<typeof planSchema>;

/** `firebreak plan check --json` */
export const planCheckSchema = z.object({
  ok: z.boolean(),
  digest: z.string(),
  /** Each check in words with its result. */
  checks: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  completeness: completenessSchema,
});
export type PlanCheck = z.infer<typeof planCheckSchema>;
