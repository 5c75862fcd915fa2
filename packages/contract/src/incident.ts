import { z } from 'zod';
import { stages } from './action.ts';
import { attackPathSchema } from './graph.ts';
import { nodeRefSchema } from './node.ts';

export const roles = ['sensor', 'viewer', 'responder', 'approver', 'admin'] as const;
export const roleSchema = z.enum(roles);
/**
 * Each role may do what the ones before it may; `responder` works incidents, `approver` approves plans, `admin` manages access.
 * `sensor` is for programs that send events: it may do that, which a viewer may not, and read nothing.
 */
export type Role = z.infer<typeof roleSchema>;
/** What a person may be invited as. */
export const personRoleSchema = roleSchema.exclude(['sensor']);
export type PersonRole = z.infer<typeof personRoleSchema>;

export const incidentSchema = z.object({
  id: z.string(),
  title: z.string(),
  openedAt: z.string(),
  openedBy: z.string(),
  compromised: z.array(z.string()),
  protect: z.string(),
  /**
   * `contained` only after every probe held and a fresh collect showed nothing protected reachable. `stopped`: a step was
   * refused or a probe succeeded; what was done stands and can be undone. `not-contained`: it was contained, and the watch
   * found that it is no longer: a step was reverted, a probe succeeds, something protected is reachable, or a lease ran out.
   * `recovering`: a plan of the recovery is carried out, or access is being given back. `returned`: access is back, by an
   * attested recovery; `note` names the risks that people took upon themselves.
   */
  state: z.enum([
    'open',
    'planned',
    'containing',
    'contained',
    'not-contained',
    'stopped',
    'undoing',
    'undone',
    'recovering',
    'returned',
  ]),
  planDigest: z.string().nullable(),
  /** Plain sentence on the present state, for the list. */
  note: z.string(),
});
export type Incident = z.infer<typeof incidentSchema>;

export const changeSchema = z.object({
  verb: z.enum(['create', 'patch', 'delete', 'recreate']),
  object: z.string(),
  request: z.string(),
  body: z.unknown().optional(),
});

export const probeResultSchema = z.object({
  what: z.string(),
  result: z.enum(['holds', 'fails', 'cannot-tell']),
  evidence: z.string(),
});

export const stepStates = [
  'waiting', // for approval or for the steps before it
  'ready',
  'reading',
  'applying',
  'verifying',
  'done',
  'reverted', // it was done, and somebody undid it without us
  'refused',
  'failed-probe',
  'undo-ready',
  'undoing',
  'undone',
  'undo-refused',
] as const;

/** What a fresh collect showed as still reachable when a stage ended. */
export const residualSchema = z.object({
  at: z.string(),
  /** Protected nodes that the compromised set still reaches; null when that could not be told, and `detail` says why. */
  reachable: z.number().nullable(),
  /** The best ways that are left, at most three. */
  paths: z.array(attackPathSchema),
  detail: z.string(),
});
export type Residual = z.infer<typeof residualSchema>;

/**
 * A field in which an object, at the undo of a step, was not as the step had left it. `theirs`: only others changed it, and it
 * stays so. `conflict`: the step changed it and others did since, so that somebody must decide.
 */
export const leftoverSchema = z.object({
  is: z.enum(['theirs', 'conflict']),
  /** The node that the step was about. */
  object: z.string(),
  /** JSON pointer into the recorded state; an element of a list is named by its identity. */
  path: z.string(),
  /** As JSON text, cut after some 200 characters; null where the field is absent. */
  before: z.string().nullable(),
  ours: z.string().nullable(),
  now: z.string().nullable(),
});
export type Leftover = z.infer<typeof leftoverSchema>;

/** What the watch does when a step is reverted: say so, or do it again as well. */
export const watchModes = ['alarm', 're-assert'] as const;
export type WatchMode = (typeof watchModes)[number];

/** A plan step on its way through the runner. */
export const stepRunSchema = z.object({
  stepId: z.string(),
  ordinal: z.number(),
  title: z.string(),
  action: z.string(),
  stage: z.enum(stages),
  target: nodeRefSchema,
  state: z.enum(stepStates),
  approvals: z.array(
    z.object({
      by: z.string(),
      at: z.string(),
      /** Who made the link that it came by. */
      vouched: z.string().optional(),
      /** Given against the policy: the id of the break-glass. */
      breakGlass: z.string().optional(),
    }),
  ),
  approvalsNeeded: z.number(),
  attempt: z.number(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** The exact requests, known once the before-state was read (dry-run or run). */
  changes: z.array(changeSchema),
  probes: z.array(probeResultSchema),
  /** Why it stands where it stands, when that is not obvious. */
  reason: z.string().nullable(),
  undo: z.string(),
  /** When the step is undone by itself unless it is renewed; absent for one that stays. */
  expiresAt: z.string().optional(),
  /** How often it was done again because somebody had reverted it. Absent for never. */
  reasserted: z.number().optional(),
  /** How the watch last found it reverted. */
  reverted: z.object({ at: z.string(), by: z.string().nullable(), what: z.string() }).optional(),
  /** On the last step of a stage: what was still reachable then. */
  residual: residualSchema.optional(),
  /** Of an undo: fields that others had changed. */
  leftovers: z.array(leftoverSchema).optional(),
});
export type StepRun = z.infer<typeof stepRunSchema>;

export const executionSchema = z.object({
  id: z.string(),
  incident: z.string(),
  planDigest: z.string(),
  direction: z.enum(['contain', 'undo']),
  /** `paused`: a person holds it between two steps. `not-contained`: it was contained, and the watch found that it no longer is. */
  state: z.enum([
    'waiting-approval',
    'running',
    'paused',
    'contained',
    'done-unproven',
    'not-contained',
    'stopped',
    'undone',
  ]),
  steps: z.array(stepRunSchema),
  /** The proof after the last step: a fresh collect, and what is still reachable. */
  proof: z
    .object({
      at: z.string(),
      contained: z.boolean(),
      reachable: z.array(nodeRefSchema),
      detail: z.string(),
      /** The best ways that are left, at most three. */
      paths: z.array(attackPathSchema).optional(),
    })
    .nullable(),
  /** When the whole of it is undone by itself unless it is renewed; absent where it stays. */
  expiresAt: z.string().optional(),
  /** How it is watched once its steps are done. `note` says what the last look found when that was not nothing. */
  watch: z
    .object({ mode: z.enum(watchModes), lookedAt: z.string().nullable(), note: z.string().nullable() })
    .optional(),
});
export type Execution = z.infer<typeof executionSchema>;
