/**
 * What became of each step of an incident, as the ledger tells it. The newest execution that changed something is the story; an undo
 * after it is part of it. Nothing is taken from anywhere else: what an exported playbook says can be checked against the evidence file.
 */
import type { LedgerEntry, ProbeResult } from '@firebreak/contract';
import { z } from 'zod';

export interface StepStory {
  /** SHA-256 of the recorded state, hex. */
  readonly before?: string;
  readonly after?: string;
  readonly probes: readonly ProbeResult[];
  readonly approvals: readonly { readonly by: string; readonly at: string }[];
  /** `done`, `refused`, `failed`, `undone`, `undo-refused`; undefined where nothing was begun. */
  readonly outcome?: string;
}

export interface Story {
  readonly planDigest: string | undefined;
  readonly steps: ReadonlyMap<string, StepStory>;
  /** How many approvals each step needed. */
  readonly needed: ReadonlyMap<string, number>;
  readonly outcome: string | undefined;
  readonly proof:
    | {
        readonly at: string;
        readonly contained: boolean;
        readonly detail: string;
        readonly reachable: readonly string[];
      }
    | undefined;
  /** When the last entry that it tells of was written. */
  readonly at: string | undefined;
}

const bodySchema = z.looseObject({
  step: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  plan: z.string().optional(),
  probes: z
    .array(z.object({ what: z.string(), result: z.enum(['holds', 'fails', 'cannot-tell']), evidence: z.string() }))
    .optional(),
  proof: z
    .looseObject({
      at: z.string(),
      contained: z.boolean(),
      detail: z.string(),
      reachable: z.array(z.looseObject({ id: z.string() })),
    })
    .optional(),
});
const createdSchema = z.looseObject({
  plan: z.string(),
  steps: z.array(z.looseObject({ step: z.string(), approvalsNeeded: z.number().optional() })),
});
const approvedSchema = z.looseObject({ steps: z.array(z.string()) });

const endings: Readonly<Record<string, string>> = {
  'step.done': 'done',
  'step.refused': 'refused',
  'step.failed': 'failed',
  'step.undone': 'undone',
  'step.undo-refused': 'undo-refused',
};
const outcomes: Readonly<Record<string, string>> = {
  'incident.contained': 'contained',
  'incident.not-contained': 'not-contained',
  'incident.stopped': 'stopped',
  'incident.undone': 'undone',
  'incident.not-undone': 'not-undone',
};

/** @param entries of one incident, in order */
export async function storyOf(entries: AsyncIterable<LedgerEntry> | Iterable<LedgerEntry>): Promise<Story> {
  let planDigest: string | undefined;
  let steps = new Map<string, StepStory>();
  let needed = new Map<string, number>();
  let outcome: string | undefined;
  let proof: Story['proof'];
  let last: string | undefined;
  for await (const { kind, body: said, at, actor } of entries) {
    if (kind === 'execution.created') {
      const made = createdSchema.safeParse(said);
      if (!made.success) continue;
      planDigest = made.data.plan;
      steps = new Map();
      needed = new Map(made.data.steps.map(({ step, approvalsNeeded = 1 }) => [step, approvalsNeeded]));
      [outcome, proof, last] = [undefined, undefined, at];
      continue;
    }
    if (kind === 'plan.approved') {
      const approved = approvedSchema.safeParse(said);
      for (const step of approved.data?.steps ?? []) {
        const known = steps.get(step) ?? { probes: [], approvals: [] };
        steps.set(step, { ...known, approvals: [...known.approvals, { by: actor, at }] });
      }
      continue;
    }
    const body = bodySchema.safeParse(said).data;
    if (body === undefined) continue;
    if (outcomes[kind] !== undefined) {
      outcome = outcomes[kind];
      last = at;
      if (body.proof !== undefined) {
        const { at: when, contained, detail, reachable } = body.proof;
        proof = { at: when, contained, detail, reachable: reachable.map(({ id }) => id) };
      }
    }
    if (body.step === undefined || !kind.startsWith('step.')) continue;
    const known = steps.get(body.step) ?? { probes: [], approvals: [] };
    steps.set(body.step, {
      ...known,
      // what is re-asserted later does not change what undo goes back to
      ...(kind === 'step.before' && body.before !== undefined && known.outcome === undefined
        ? { before: body.before }
        : {}),
      ...(kind === 'step.applied' && body.after !== undefined ? { after: body.after } : {}),
      ...(kind === 'step.probed' ? { probes: body.probes ?? [] } : {}),
      ...(endings[kind] === undefined ? {} : { outcome: endings[kind] }),
    });
    last = at;
  }
  return { planDigest, steps, needed, outcome, proof, at: last };
}
