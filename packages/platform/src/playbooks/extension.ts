/**
 * Our extension of CACAO. In a step it says which lever is pulled, on what, or that the cheapest provable cut is wanted here; in an
 * exported playbook also what was there before, who approved, what the probes showed and how it is taken back. At the head of a
 * playbook it holds what the standard has no place for: signals, evidence, the way back, messages.
 *
 * A tool that does not know it sees steps by hand with a sentence each, which is what they then are. The schema is published in
 * content/playbooks/extension.
 */
import { stages } from '@firebreak/contract';
import { z } from 'zod';

export const extensionId = 'extension-definition--6f0b1a52-7d3e-4c59-9b1e-2f4a8c7d5e10';

/** Who defines it, as a STIX identity. */
export const firebreakIdentity = 'identity--b3d6c2a4-1f58-4e7b-8a90-5c2e7f1d3b64';

/** Where a playbook of ours says that its commands are to be carried out. */
export const firebreakAgentId = 'security-category--0e9c5d38-62af-4b17-a3c4-7d1f8e2b9a05';

export const extensionDefinitionObject = {
  type: 'extension-definition',
  name: 'firebreak',
  description:
    'Levers, provable cuts, before-state, approval, probes and reversal of containment steps, and the runbook around them.',
  created_by: firebreakIdentity,
  schema: 'https://firebreak.dev/schemas/cacao-extension-1.json',
  version: '1.0.0',
} as const;

export const firebreakAgentObject = {
  type: 'security-category',
  name: 'Firebreak',
  description: 'Carries out the steps that name a lever, after approval, and proves them.',
  category: ['orchestrator'],
} as const;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const line = z.string().min(1).max(2000);

const leverAsked = z.strictObject({
  action: z.string().min(1).max(200),
  /** Texts may hold `__variable__:value`. Absent where `select` says on what. */
  params: z.record(z.string(), z.unknown()).optional(),
});

const probe = z.strictObject({
  what: z.string(),
  result: z.enum(['holds', 'fails', 'cannot-tell']),
  evidence: z.string(),
});

/** In `step_extensions`. */
export const stepExtensionSchema = z
  .strictObject({
    lever: leverAsked.optional(),
    /** A query: the lever is pulled on what it means. Exactly one thing, unless `every`. */
    select: z.string().min(1).max(8000).optional(),
    /** A query: the lever is pulled wherever it takes a step away from what it means. In place of `select`. */
    from: z.string().min(1).max(8000).optional(),
    every: z.boolean().optional(),
    /** It is no error that there is nothing to pull. */
    optional: z.boolean().optional(),
    cut: z
      .strictObject({
        variant: z.enum(['cheapest', 'full-freeze', 'staged', 'read-only', 'business-first']).optional(),
      })
      .optional(),
    stage: z.enum(stages).optional(),
    target: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }).optional(),
    before_state: z.strictObject({ sha256: hex }).optional(),
    after_state: z.strictObject({ sha256: hex }).optional(),
    approval: z
      .strictObject({ needed: z.int().min(0), given: z.array(z.strictObject({ by: z.string(), at: z.string() })) })
      .optional(),
    probes: z.array(probe).optional(),
    reversal: z.strictObject({ kind: z.enum(['restore', 'none']), how: z.string() }).optional(),
    outcome: z.string().max(100).optional(),
  })
  .refine((said) => said.lever === undefined || said.cut === undefined, 'a step pulls a lever or asks for a cut')
  .refine(
    ({ lever, select, from }) =>
      lever === undefined || [lever.params, select, from].filter((each) => each !== undefined).length === 1,
    'a lever has parameters, or one query that says where it is pulled',
  );
export type StepExtension = z.infer<typeof stepExtensionSchema>;

/** In `playbook_extensions`. */
export const playbookExtensionSchema = z.strictObject({
  /** What the playbook is for, as one word: `prompt-injection`. */
  runbook: z.string().min(1).max(100).optional(),
  signals: z.array(z.strictObject({ what: line, where: line })).optional(),
  evidence: z.array(line).optional(),
  rollback: z.array(line).optional(),
  messages: z
    .array(z.strictObject({ audience: line, subject: line, markdown: z.string().min(1).max(20_000) }))
    .optional(),
  incident: z.string().max(100).optional(),
  plan_digest: hex.optional(),
  /** How the execution ended: what the system granted, never what somebody wished. */
  outcome: z.string().max(100).optional(),
  proof: z
    .strictObject({ at: z.string(), contained: z.boolean(), detail: z.string(), reachable: z.array(z.string()) })
    .optional(),
});
export type PlaybookExtension = z.infer<typeof playbookExtensionSchema>;
