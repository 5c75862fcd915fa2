import { z } from 'zod';
import { leverSchema } from '../lever.ts';
import { planSchema } from '../plan.ts';

/** One thing that is wrong, or that a person should know, about a playbook. */
export const playbookProblemSchema = z.object({
  /** A code of the error catalogue. */
  code: z.string(),
  weight: z.enum(['error', 'warning']),
  /** The step, or the place in the document. */
  where: z.string(),
  /** One plain sentence. */
  what: z.string(),
});
export type PlaybookProblem = z.infer<typeof playbookProblemSchema>;

export const playbookSignatureSchema = z.object({
  signee: z.string(),
  /** `valid`: made over exactly this playbook by the key named in `detail`; who owns that key is not known from it. */
  verdict: z.enum(['valid', 'invalid', 'unverified']),
  detail: z.string(),
});
export type PlaybookSignature = z.infer<typeof playbookSignatureSchema>;

/** `firebreak playbook validate --json` */
export const playbookReportSchema = z.object({
  /** No problem is an error. */
  ok: z.boolean(),
  id: z.string().nullable(),
  name: z.string().nullable(),
  /** SHA-256 (hex) of the RFC 8785 text of the playbook; null when it is no JSON. */
  digest: z.string().nullable(),
  steps: z.number(),
  problems: z.array(playbookProblemSchema),
  signatures: z.array(playbookSignatureSchema),
});
export type PlaybookReport = z.infer<typeof playbookReportSchema>;

/** What becomes of one step of a playbook. */
export const playbookStepSchema = z.object({
  step: z.string(),
  name: z.string(),
  /**
   * `levers`: those named are pulled. `cut`: the planner finds the cheapest provable cut here. `manual`: a person does it.
   * `nothing`: the estate has nothing that it applies to.
   */
  becomes: z.enum(['levers', 'cut', 'manual', 'nothing']),
  /** What a person reads: what is pulled, or what they are to do. Foreign text. */
  text: z.string(),
  levers: z.array(leverSchema.extend({ title: z.string() })),
  /** The type of a command that is not run here, such as `bash`; its text is shown to whoever does the step by hand. */
  notRun: z.string().nullable(),
  /** A step by hand that comes before something that is pulled: somebody must confirm that it is done. */
  confirm: z.boolean(),
});
export type PlaybookStep = z.infer<typeof playbookStepSchema>;

/** A playbook laid over an estate. */
export const playbookRunSchema = z.object({
  playbook: z.object({ id: z.string(), name: z.string(), digest: z.string() }),
  /** In the order in which the workflow comes to them. */
  steps: z.array(playbookStepSchema),
  /** Steps of the workflow that are not on the way that is taken, and other things to know. */
  notes: z.array(z.string()),
  problems: z.array(playbookProblemSchema),
  signatures: z.array(playbookSignatureSchema),
  plan: planSchema,
});
export type PlaybookRun = z.infer<typeof playbookRunSchema>;

/** What a person says beside the playbook itself. */
export const playbookWishSchema = z.object({
  /** The playbook as it was written: its digest and signatures are about exactly this. */
  document: z.string().max(2 << 20),
  /** Queries or ids of what the attacker holds, in place of `__compromised__`. */
  compromised: z.array(z.string().min(1).max(8000)).max(1000).default([]),
  /** In place of `__protect__`. */
  protect: z.string().min(1).max(8000).optional(),
  /** Values of variables by name, without the `:value`. */
  variables: z.record(z.string().max(250), z.string().max(8000)).default({}),
  /** How conditions that cannot be decided turn out, by step id. */
  decisions: z.record(z.string().max(100), z.boolean()).default({}),
});
export type PlaybookWish = z.infer<typeof playbookWishSchema>;
