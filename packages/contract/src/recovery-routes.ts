/** The routes of recovery, joined into `routes.ts`. */
import { z } from 'zod';
import { artifactReportSchema } from './answers/artifact-report.ts';
import { modelVerdictSchema } from './answers/model-verdict.ts';
import {
  credentialRowSchema,
  followUpSchema,
  rebuildSchema,
  recoveryBoardSchema,
  recoveryRoles,
} from './answers/recovery.ts';
import {
  recoveryChoiceSchema,
  refusalCodes,
  servingCheckSchema,
  servingResultSchema,
} from './answers/recovery-choice.ts';
import { executionSchema } from './incident.ts';
import { planSchema } from './plan.ts';
import type { Route } from './route.ts';

const params = z.object({ id: z.string().max(64) });
const node = z.string().min(1).max(2000);
const version = z.string().min(1).max(500);
const note = z.string().min(1).max(2000);
const item = z.string().min(1).max(4200);
const moment = z.iso.datetime({ offset: true });
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const suspects = {
  subject: node.optional(),
  /** The first suspicious event, where people know better. */
  since: moment.optional(),
  /** Who signed and is compromised, as a candidate names its signer, and since when. */
  signers: z
    .array(z.object({ signer: z.string().min(1).max(4000), since: moment }))
    .max(100)
    .default([]),
  /** Data that was touched, by node or name. */
  data: z
    .array(z.object({ data: node, from: moment, until: moment.nullable().default(null) }))
    .max(1000)
    .default([]),
  accept: z.array(z.enum(refusalCodes)).max(20).default([]),
};
const checks = z.array(servingCheckSchema).max(20).default([]);
const credential = z.object({ credential: credentialRowSchema });

export const recoveryRoutes = {
  recoveryBoard: {
    method: 'GET',
    path: '/api/incidents/{id}/recovery',
    summary: 'The recovery board: what is to be done before access returns, who did it, and what shows it',
    role: 'viewer',
    params,
    returns: recoveryBoardSchema,
  },
  sayRecovery: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/items',
    summary: 'Say in one’s own name that an item is done, is open again, or does not apply',
    role: 'responder',
    params,
    body: z.object({ item, state: z.enum(['open', 'done', 'not-applicable']), note }),
    returns: recoveryBoardSchema,
  },
  chooseVersion: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/candidates',
    summary: 'The versions that may come back, the best first, and why each other was refused; nothing is recorded',
    role: 'viewer',
    params,
    body: z.object(suspects),
    returns: recoveryChoiceSchema,
  },
  inspectVersion: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/inspections',
    summary: 'Write down what was found out about a version: its signature, its files, what speaks of it',
    role: 'responder',
    params,
    body: z.object({
      subject: node.optional(),
      version,
      signature: modelVerdictSchema.optional(),
      scan: artifactReportSchema.optional(),
      attestations: z.array(z.record(z.string(), z.unknown())).max(20).default([]),
    }),
    maxBodyBytes: 16 << 20,
    returns: z.object({ ok: z.literal(true) }),
  },
  takeVersion: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/choice',
    summary: 'Take a version that is fit, and say how servers are asked whether they serve it',
    role: 'responder',
    params,
    body: z.object({ ...suspects, version, checks, note }),
    returns: recoveryBoardSchema,
  },
  rollBack: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/rollback',
    summary:
      'Make a plan of the levers that deliver the chosen version; the gate is asked first. Approve it like any plan',
    role: 'responder',
    params,
    body: z.object({ subject: node.optional() }),
    returns: planSchema,
  },
  verifyServing: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/serving',
    summary: 'Ask the servers which version they serve',
    role: 'responder',
    params,
    body: z.object({ subject: node.optional(), checks }),
    returns: z.object({ results: z.array(servingResultSchema) }),
  },
  recoveryCredentials: {
    method: 'GET',
    path: '/api/incidents/{id}/recovery/credentials',
    summary: 'Every secret and key to rotate: within reach of the attacker, or seen in texts',
    role: 'viewer',
    params,
    returns: z.object({ credentials: z.array(credentialRowSchema) }),
  },
  sayCredential: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/credentials',
    summary: 'Say that a secret was rotated, or vouch that it is done where nothing can try the old one',
    role: 'responder',
    params,
    body: z.object({ item, to: z.enum(['rotated', 'done']), note }),
    returns: credential,
  },
  probeCredential: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/credentials/probe',
    summary: 'Try an old secret; it is kept for that try and nowhere else',
    role: 'responder',
    params,
    body: z.object({ item, probe: z.string().max(200).optional(), secret: z.string().min(1).max(20_000) }),
    returns: credential.extend({ result: z.enum(['dead', 'alive', 'cannot-tell']), evidence: z.string() }),
  },
  recoveryImages: {
    method: 'GET',
    path: '/api/incidents/{id}/recovery/images',
    summary: 'Workloads within reach of the attacker, the images that they run, and the digests to rebuild them from',
    role: 'viewer',
    params,
    returns: rebuildSchema,
  },
  approveImage: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/images',
    summary: 'Name an image by its digest as known to be good',
    role: 'approver',
    params,
    body: z.object({ image: z.string().min(1).max(1000), digest, note }),
    returns: rebuildSchema,
  },
  pinImages: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/images/pin',
    summary: 'Make a plan that pins workloads to the digests that are known to be good. Approve it like any plan',
    role: 'responder',
    params,
    returns: planSchema,
  },
  signRecovery: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/sign-offs',
    summary: 'Sign the board off in a role; one person signs in one role',
    role: 'responder',
    params,
    body: z.object({ as: z.enum(recoveryRoles) }),
    returns: recoveryBoardSchema,
  },
  attestRecovery: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/attestation',
    summary: 'Make and sign the in-toto attestation of recovery, once everything is over and signed off',
    role: 'approver',
    params,
    returns: z.object({ envelope: z.record(z.string(), z.unknown()) }),
  },
  recoveryAttestation: {
    method: 'GET',
    path: '/api/incidents/{id}/recovery/attestation',
    summary: 'The attestation of recovery, a DSSE envelope',
    role: 'viewer',
    params,
    returns: z.object({ envelope: z.record(z.string(), z.unknown()) }),
  },
  restoreAccess: {
    method: 'POST',
    path: '/api/incidents/{id}/recovery/return',
    summary: 'Take the containment back and keep the restored versions; the gate demands the attestation',
    role: 'approver',
    params,
    returns: executionSchema,
  },
  followUps: {
    method: 'GET',
    path: '/api/follow-ups',
    summary: 'Hardening follow-ups, those due first come first',
    role: 'viewer',
    query: z.object({ incident: z.string().max(64).optional() }),
    returns: z.object({ followUps: z.array(followUpSchema) }),
  },
  openFollowUp: {
    method: 'POST',
    path: '/api/incidents/{id}/follow-ups',
    summary: 'Open a follow-up with an owner and a date on which it is audited again',
    role: 'responder',
    params,
    body: followUpSchema.pick({ kind: true, about: true }).extend({
      title: z.string().min(1).max(200),
      detail: z.string().max(2000),
      owner: z.string().min(1).max(200),
      due: moment,
    }),
    returns: followUpSchema,
  },
  auditFollowUps: {
    method: 'POST',
    path: '/api/follow-ups/audit',
    summary: 'Ask the graph about every open follow-up: is the step or the way gone?',
    role: 'responder',
    body: z.object({ incident: z.string().max(64).optional() }),
    returns: z.object({ followUps: z.array(followUpSchema) }),
  },
  closeFollowUp: {
    method: 'POST',
    path: '/api/follow-ups/{id}/close',
    summary: 'Close a follow-up; while the graph still shows it only by accepting that',
    role: 'responder',
    params,
    body: z.object({ reason: note, accept: z.boolean().default(false) }),
    returns: followUpSchema,
  },
} as const satisfies Record<string, Route>;
