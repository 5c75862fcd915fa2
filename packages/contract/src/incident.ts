import { z } from 'zod';
import { stages } from './action.ts';
import { nodeRefSchema } from './node.ts';

export const roles = ['viewer', 'responder', 'approver', 'admin'] as const;
export const roleSchema = z.enum(roles);
/** Each role may do what the ones before it may; `responder` works incidents, `approver` approves plans, `admin` manages access. */
export type Role = z.infer<typeof roleSchema>;

export const incidentSchema = z.object({
  id: z.string(),
  title: z.string(),
  openedAt: z.string(),
  openedBy: z.string(),
  compromised: z.array(z.string()),
  protect: z.string(),
  /**
   * `contained` only after every probe held and a fresh collect showed nothing protected reachable. `stopped`: a step was
   * refused or a probe succeeded; what was done stands and can be undone.
   */
  state: z.enum(['open', 'planned', 'containing', 'contained', 'stopped', 'undoing', 'undone']),
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
  'refused',
  'failed-probe',
  'undo-ready',
  'undoing',
  'undone',
  'undo-refused',
] as const;

/** A plan step on its way through the runner. */
export const stepRunSchema = z.object({
  stepId: z.string(),
  ordinal: z.number(),
  title: z.string(),
  action: z.string(),
  stage: z.enum(stages),
  target: nodeRefSchema,
  state: z.enum(stepStates),
  approvals: z.array(z.object({ by: z.string(), at: z.string() })),
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
});
export type StepRun = z.infer<typeof stepRunSchema>;

export const executionSchema = z.object({
  id: z.string(),
  incident: z.string(),
  planDigest: z.string(),
  direction: z.enum(['contain', 'undo']),
  state: z.enum(['waiting-approval', 'running', 'contained', 'done-unproven', 'stopped', 'undone']),
  steps: z.array(stepRunSchema),
  /** The proof after the last step: a fresh collect, and what is still reachable. */
  proof: z
    .object({ at: z.string(), contained: z.boolean(), reachable: z.array(nodeRefSchema), detail: z.string() })
    .nullable(),
});
export type Execution = z.infer<typeof executionSchema>;
