/**
 * The HTTP API as data. The server binds these, the console and the CLI call them, OpenAPI 3.1 is printed from them.
 * Path parameters are `{name}`; every body and answer is JSON. Errors are `errorSchema` with the status of the catalogue.
 */
import { z } from 'zod';
import { completenessSchema } from './answer.ts';
import { aiToolsSchema } from './answers/ai-tools.ts';
import {
  breakGlassSchema,
  breakGlassVerdicts,
  madeLinkSchema,
  shownLinkSchema,
  usedLinkSchema,
} from './answers/approvals.ts';
import { artifactPageSchema, keptInspectionSchema } from './answers/artifact-page.ts';
import { bomForms } from './answers/bom.ts';
import { breakageSchema } from './answers/breakage.ts';
import { caseSchema, closings, queueSchema } from './answers/cases.ts';
import { channelAuditSchema, channelBaselineSchema } from './answers/channel-audit.ts';
import { channelsSchema } from './answers/channels.ts';
import { couldDidSchema, takenEventsSchema } from './answers/could-did.ts';
import {
  detectionFilterSchema,
  detectionListSchema,
  detectionVerdicts,
  keptDetectionSchema,
  suppressionSchema,
  suppressionScopeSchema,
} from './answers/detections.ts';
import { differenceSchema } from './answers/difference.ts';
import { keptEventSchema } from './answers/event.ts';
import {
  destructionSchema,
  holdSchema,
  redactedCopySchema,
  shownSnapshotSchema,
  snapshotSchema,
  vaultAuditSchema,
  vaultSchema,
} from './answers/evidence-vault.ts';
import { exposureSchema } from './answers/exposure.ts';
import { huntSchema } from './answers/hunt.ts';
import { identitiesSchema, identityFindings } from './answers/identities.ts';
import { intakeSchema } from './answers/intake.ts';
import { inventorySchema } from './answers/inventory.ts';
import { lineageSchema } from './answers/lineage.ts';
import { otlpAnswerSchema } from './answers/otlp.ts';
import { exportForms, outletStateSchema } from './answers/outlets.ts';
import { planChoiceSchema } from './answers/plan-choice.ts';
import { playbookReportSchema, playbookRunSchema, playbookWishSchema } from './answers/playbook.ts';
import { privilegesSchema } from './answers/privileges.ts';
import {
  promotedKinds,
  promotionFaces,
  promotionRecordSchema,
  promotionSubjectSchema,
  surroundingsSchema,
} from './answers/promotion.ts';
import { promptOrigins, promptVerdictSchema } from './answers/prompt-verdict.ts';
import { qualitySchema } from './answers/quality.ts';
import { raceSchema } from './answers/race.ts';
import { requestPathSchema } from './answers/request-path.ts';
import { reviewSchema, reviewSummarySchema, reviewVerdicts } from './answers/reviews.ts';
import { rotationItemSchema, rotationStates } from './answers/rotation.ts';
import { scopeAnswerSchema } from './answers/scope.ts';
import { secondPartiesSchema } from './answers/second-parties.ts';
import { takenTelemetrySchema, telemetryBatchSchema, telemetrySchema } from './answers/telemetry.ts';
import { thirdPartiesSchema } from './answers/third-parties.ts';
import { threatModelSchema } from './answers/threat-model.ts';
import { timelineKinds, timelineSchema } from './answers/timeline.ts';
import { whatIfSchema } from './answers/what-if.ts';
import { canaryConfigSchema, canaryLineSchema, canaryRunSchema, canarySamplesSchema } from './canary.ts';
import { blastSchema, nodeLineSchema, pathsSchema } from './graph.ts';
import { changeSchema, executionSchema, incidentSchema, personRoleSchema, roleSchema, watchModes } from './incident.ts';
import { evidenceReportSchema, ledgerEntrySchema } from './ledger.ts';
import { planCheckSchema, planSchema, planVariants } from './plan.ts';
import { recoveryRoutes } from './recovery-routes.ts';
import type { Route } from './route.ts';

export const errorSchema = z.object({
  code: z.string(),
  what: z.string(),
  why: z.string(),
  next: z.string(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

/** Of a snapshot or a hold. */
const vaultParams = z.object({ id: z.string().regex(/^(snap|hold)_[a-z2-7]{1,40}$/) });

const incidentParams = z.object({ id: z.string().max(64) });

/** Of a detection, a suppression. */
const idParams = z.object({ id: z.string().min(1).max(200) });
const reason = z.string().min(1).max(2000);
const detectionIds = z.array(z.string().min(1).max(200)).min(1).max(5000);

/** A query of the query language (docs/query.md). */
const queryText = z.string().min(1).max(8000);
/** A node as `firebreak nodes` prints it, or a unique name. */
const nodeText = z.string().min(1).max(2000);
/** The moment that durations are relative to; the server's clock when left out. */
const now = z.iso.datetime({ offset: true }).optional();
const exposureQuery = {
  identities: queryText.default('class = identity'),
  protect: queryText.default('jewel'),
  now,
};
/** Sizes of trees, joined by commas. */
const treeSizes = z
  .string()
  .max(1700)
  .regex(/^[1-9]\d{0,15}(?:,[1-9]\d{0,15})*$/)
  .transform((text) => text.split(',').map(Number))
  .optional();
const fewPaths = z.coerce.number().int().min(0).max(100);

export const principalSchema = z.object({ name: z.string(), role: roleSchema, via: z.enum(['session', 'token']) });

/** The blast radius laid out for drawing; positions are computed on the server so that nothing jumps. */
export const drawingSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      class: z.string(),
      label: z.string(),
      x: z.number(),
      y: z.number(),
      hops: z.number(),
      role: z.enum(['compromised', 'reached', 'jewel', 'safe']),
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), type: z.string(), severed: z.boolean() })),
  /** Nodes left out because the drawing is capped, 0 when all are shown. */
  omitted: z.number(),
});
export type Drawing = z.infer<typeof drawingSchema>;

/** The data of each event of `GET /api/events`, sent without an event name. `incident` is null for the installation itself. */
export const eventSchema = z.object({ type: z.string(), incident: z.string().nullable() });

const dryRunSchema = z.object({
  steps: z.array(
    z.object({
      stepId: z.string(),
      title: z.string(),
      changes: z.array(changeSchema),
      problem: z.string().nullable(),
      /** The state as it was read, of a step that changes something. */
      before: z.unknown().optional(),
    }),
  ),
});

/** Levers by key, or as `action name=value …`; what is forbidden may be a whole action. */
const leverTexts = z.array(z.string().min(1).max(8000)).max(1000).default([]);
const planWish = z.object({ pin: leverTexts, forbid: leverTexts });

/** A minute to a year. */
const leaseMs = z.number().int().min(60_000).max(31_536_000_000);
/** How long a containment stands by itself, as a whole and by step; what is named by neither stays. */
const leaseWish = z.object({ ms: leaseMs.optional(), steps: z.record(z.string().max(64), leaseMs).optional() });

/** A plan's closed set lists nodes by the hundred thousand on a very large estate. */
const maxPlanBytes = 64 << 20;
/** A playbook as a text in JSON: escapes make it longer. */
const maxPlaybookBodyBytes = 16 << 20;

export const routes = {
  health: {
    method: 'GET',
    path: '/api/health',
    summary: 'Whether the server is up',
    role: 'public',
    returns: z.object({ ok: z.literal(true), version: z.string() }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Figures of the server, as Prometheus reads them',
    role: 'viewer',
    scraped: true,
    produces: 'text/plain; version=0.0.4; charset=utf-8',
  },
  signIn: {
    method: 'POST',
    path: '/api/sign-in',
    summary: 'Trade the one-time bootstrap link for a session cookie',
    role: 'public',
    body: z.object({ link: z.string().max(200), name: z.string().min(1).max(80).optional() }),
    returns: principalSchema,
  },
  signOut: {
    method: 'POST',
    path: '/api/sign-out',
    summary: 'End the session',
    role: 'viewer',
    returns: z.object({ ok: z.literal(true) }),
  },
  me: { method: 'GET', path: '/api/me', summary: 'Who am I', role: 'viewer', returns: principalSchema },
  createToken: {
    method: 'POST',
    path: '/api/tokens',
    summary: 'Make a scoped API token; its text is shown once',
    role: 'admin',
    body: z.object({
      name: z.string().min(1).max(80),
      role: roleSchema,
      expiresInDays: z.number().int().positive().max(365),
    }),
    returns: z.object({ id: z.string(), token: z.string(), name: z.string(), role: roleSchema, expiresAt: z.string() }),
  },
  listTokens: {
    method: 'GET',
    path: '/api/tokens',
    summary: 'API tokens without their text',
    role: 'admin',
    returns: z.object({
      tokens: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          role: roleSchema,
          expiresAt: z.string(),
          lastUsedAt: z.string().nullable(),
        }),
      ),
    }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/tokens/{id}',
    summary: 'Revoke an API token',
    role: 'admin',
    params: incidentParams,
    returns: z.object({ ok: z.literal(true) }),
  },
  invite: {
    method: 'POST',
    path: '/api/invitations',
    summary: 'A one-time sign-in link for another person',
    role: 'admin',
    body: z.object({ name: z.string().min(1).max(80), role: personRoleSchema }),
    returns: z.object({ link: z.string(), name: z.string(), role: roleSchema, expiresAt: z.string() }),
  },
  estate: {
    method: 'GET',
    path: '/api/estate',
    summary: 'What is known: counts by kind, jewels, gaps, source',
    role: 'viewer',
    returns: z.object({
      source: z.string(),
      collectedAt: z.string(),
      counts: z.record(z.string(), z.number()),
      nodes: z.number(),
      edges: z.number(),
      jewels: z.number(),
      completeness: completenessSchema,
    }),
  },
  nodes: {
    method: 'GET',
    path: '/api/nodes',
    summary: 'Find nodes by text',
    role: 'viewer',
    query: z.object({
      q: z.string().max(200).optional(),
      kind: z.string().max(100).optional(),
      limit: z.coerce.number().int().positive().max(1000).default(50),
    }),
    returns: z.object({ nodes: z.array(nodeLineSchema), total: z.number() }),
  },
  recollect: {
    method: 'POST',
    path: '/api/estate/collect',
    summary: 'Read the estate again',
    role: 'responder',
    returns: z.object({ facts: z.number(), gaps: z.number() }),
  },
  inventory: {
    method: 'GET',
    path: '/api/estate/query',
    summary: 'The nodes that a query means',
    role: 'viewer',
    query: z.object({
      q: queryText,
      now,
      limit: z.coerce.number().int().positive().max(20_000).default(100),
    }),
    returns: inventorySchema,
  },
  identities: {
    method: 'GET',
    path: '/api/estate/identities',
    summary: 'Machine identities and credentials, and what is wrong with them',
    role: 'viewer',
    query: z.object({
      query: queryText.optional(),
      /** Days without use. */
      staleDays: z.coerce.number().positive().max(36_500).default(90),
      /** Findings that all must have, joined by commas. */
      findings: z
        .string()
        .max(200)
        .transform((text) => text.split(','))
        .pipe(z.array(z.enum(identityFindings)))
        .optional(),
      now,
    }),
    returns: identitiesSchema,
  },
  requestPath: {
    method: 'GET',
    path: '/api/estate/request-path',
    summary: 'Where a request to an endpoint goes, and who can influence it',
    role: 'viewer',
    query: z.object({ endpoint: nodeText }),
    returns: requestPathSchema,
  },
  exposure: {
    method: 'GET',
    path: '/api/estate/exposure',
    summary: 'Identities × what matters, ranked by reach × business impact',
    role: 'viewer',
    query: z.object({ ...exposureQuery, why: fewPaths.default(5) }),
    returns: exposureSchema,
  },
  aiTools: {
    method: 'GET',
    path: '/api/estate/ai-tools',
    summary: 'AI tools as non-human identities: what each acts with, how long that lives, when it was last seen',
    role: 'viewer',
    returns: aiToolsSchema,
  },
  channels: {
    method: 'GET',
    path: '/api/estate/channels',
    summary: 'Update channels: who may publish, promote and pull',
    role: 'viewer',
    returns: channelsSchema,
  },
  privileges: {
    method: 'GET',
    path: '/api/estate/privileges',
    summary: 'Granted versus used, with right-sized grants as diffs',
    role: 'viewer',
    query: z.object({ query: queryText.default('class = identity'), now }),
    returns: privilegesSchema,
  },
  thirdParties: {
    method: 'GET',
    path: '/api/estate/third-parties',
    summary: 'Services that others run: what they can get, what constrains them, what they owe',
    role: 'viewer',
    returns: thirdPartiesSchema,
  },
  lineage: {
    method: 'GET',
    path: '/api/estate/lineage',
    summary: 'What a model was made from, and what it is in',
    role: 'viewer',
    query: z.object({ model: nodeText }),
    returns: lineageSchema,
  },
  threatModel: {
    method: 'GET',
    path: '/api/estate/threat-model',
    summary: 'Entry points, paths, techniques, mitigations and gaps of an asset',
    role: 'viewer',
    query: z.object({ asset: nodeText }),
    returns: threatModelSchema,
  },
  whatIf: {
    method: 'POST',
    path: '/api/estate/what-if',
    summary: 'Exposure before and after edges, grants, nodes or steps are taken away; nothing is changed',
    role: 'viewer',
    body: z.object({
      toggles: z.array(z.string().min(1).max(8000)).min(1).max(100),
      ...exposureQuery,
      left: z.number().int().min(0).max(100).default(3),
    }),
    returns: whatIfSchema,
  },
  impact: {
    method: 'GET',
    path: '/api/estate/impact',
    summary: 'What breaks if a node is revoked or an action is carried out',
    role: 'viewer',
    query: z.object({ what: z.string().min(1).max(8000) }),
    returns: breakageSchema,
  },
  difference: {
    method: 'GET',
    path: '/api/estate/diff',
    summary: 'What changed in reach and in objects since a moment',
    role: 'viewer',
    query: z.object({ since: z.iso.datetime({ offset: true }), ...exposureQuery, why: fewPaths.default(5) }),
    returns: differenceSchema,
  },
  reviews: {
    method: 'GET',
    path: '/api/reviews',
    summary: 'Review campaigns, newest first',
    role: 'viewer',
    returns: z.object({ reviews: z.array(reviewSummarySchema) }),
  },
  openReview: {
    method: 'POST',
    path: '/api/reviews',
    summary: 'Open a review campaign over the privileges of identities',
    role: 'responder',
    body: z.object({
      title: z.string().min(1).max(200),
      query: queryText.default('class = identity'),
      due: z.iso.datetime({ offset: true }).nullable().default(null),
    }),
    returns: reviewSchema,
  },
  review: {
    method: 'GET',
    path: '/api/reviews/{id}',
    summary: 'One review campaign with its items and decisions',
    role: 'viewer',
    params: incidentParams,
    returns: reviewSchema,
  },
  decideReview: {
    method: 'POST',
    path: '/api/reviews/{id}/decisions',
    summary: 'Sign off one item; a decision stands and is an entry of the ledger',
    role: 'approver',
    params: incidentParams,
    body: z.object({
      item: z.string().max(64),
      verdict: z.enum(reviewVerdicts),
      note: z.string().max(2000).default(''),
    }),
    returns: reviewSchema,
  },
  incidents: {
    method: 'GET',
    path: '/api/incidents',
    summary: 'All incidents, newest first',
    role: 'viewer',
    returns: z.object({ incidents: z.array(incidentSchema) }),
  },
  openIncident: {
    method: 'POST',
    path: '/api/incidents',
    summary: 'Open an incident on compromised nodes',
    role: 'responder',
    body: z.object({
      title: z.string().min(1).max(200),
      compromised: z.array(z.string().max(1000)).min(1).max(1000),
      protect: z.string().max(1000).default('default'),
    }),
    returns: incidentSchema,
  },
  incident: {
    method: 'GET',
    path: '/api/incidents/{id}',
    summary: 'One incident',
    role: 'viewer',
    params: incidentParams,
    returns: incidentSchema,
  },
  queue: {
    method: 'GET',
    path: '/api/queue',
    summary: 'Incidents as people work them: the most severe first, where each began, how much is in it',
    role: 'viewer',
    query: z.object({ hidden: z.stringbool().default(false) }),
    returns: queueSchema,
  },
  case: {
    method: 'GET',
    path: '/api/incidents/{id}/case',
    summary: 'One incident with its detections, why each is in it, and what people did to its grouping',
    role: 'viewer',
    params: incidentParams,
    returns: caseSchema,
  },
  timeline: {
    method: 'GET',
    path: '/api/incidents/{id}/timeline',
    summary: 'What the attacker, the platform, our own steps and people did, in one chain',
    role: 'viewer',
    params: incidentParams,
    query: z.object({
      after: z.string().max(300).optional(),
      limit: z.coerce.number().int().positive().max(2000).default(200),
      kind: z.enum(timelineKinds).optional(),
    }),
    returns: timelineSchema,
  },
  mergeIncidents: {
    method: 'POST',
    path: '/api/incidents/{id}/merge',
    summary: 'Put other incidents into this one; no rule takes them apart again',
    role: 'responder',
    params: incidentParams,
    body: z.object({ from: z.array(z.string().max(64)).min(1).max(100), reason }),
    returns: caseSchema,
  },
  splitIncident: {
    method: 'POST',
    path: '/api/incidents/{id}/split',
    summary: 'Take detections out into an incident of their own; no rule puts the two together again',
    role: 'responder',
    params: incidentParams,
    body: z.object({ detections: detectionIds, reason }),
    returns: caseSchema,
  },
  closeIncident: {
    method: 'POST',
    path: '/api/incidents/{id}/close',
    summary: 'Close the incident: it leaves the queue and gathers no more detections',
    role: 'responder',
    params: incidentParams,
    body: z.object({ as: z.enum(closings), reason }),
    returns: caseSchema,
  },
  reopenIncident: {
    method: 'POST',
    path: '/api/incidents/{id}/reopen',
    summary: 'Open a closed incident again',
    role: 'responder',
    params: incidentParams,
    body: z.object({ reason }),
    returns: caseSchema,
  },
  adoptRoots: {
    method: 'POST',
    path: '/api/incidents/{id}/adopt',
    summary: 'Make roots that were found since compromised nodes of the incident, for the next plan',
    role: 'responder',
    params: incidentParams,
    body: z.object({ reason }),
    returns: caseSchema,
  },
  detections: {
    method: 'GET',
    path: '/api/detections',
    summary: 'Detections, newest first, narrowed as wished',
    role: 'viewer',
    query: detectionFilterSchema.extend({
      after: z.string().max(200).optional(),
      limit: z.coerce.number().int().positive().max(1000).default(100),
    }),
    returns: detectionListSchema,
  },
  detection: {
    method: 'GET',
    path: '/api/detections/{id}',
    summary: 'One detection: its events, its incident and why, what people said of it',
    role: 'viewer',
    params: idParams,
    returns: keptDetectionSchema,
  },
  openFromDetections: {
    method: 'POST',
    path: '/api/detections/open',
    summary: 'Open an incident of detections that are in none',
    role: 'responder',
    body: z.object({ detections: detectionIds, reason }),
    returns: caseSchema,
  },
  giveVerdict: {
    method: 'POST',
    path: '/api/detections/{id}/verdict',
    summary: 'Say what a detection was; the newest verdict counts',
    role: 'responder',
    params: idParams,
    body: z.object({ verdict: z.enum(detectionVerdicts), note: z.string().max(2000).default('') }),
    returns: keptDetectionSchema,
  },
  suppressions: {
    method: 'GET',
    path: '/api/suppressions',
    summary: 'What hides detections, who made it and why, and how many it has hidden',
    role: 'viewer',
    returns: z.object({ suppressions: z.array(suppressionSchema) }),
  },
  suppress: {
    method: 'POST',
    path: '/api/suppressions',
    summary: 'Hide detections of a scope, at most for a year; they are kept and counted',
    role: 'responder',
    body: z.object({ scope: suppressionScopeSchema, reason, until: z.iso.datetime({ offset: true }) }),
    returns: suppressionSchema,
  },
  endSuppression: {
    method: 'DELETE',
    path: '/api/suppressions/{id}',
    summary: 'End a suppression now; what it hid stays hidden',
    role: 'responder',
    params: idParams,
    returns: suppressionSchema,
  },
  quality: {
    method: 'GET',
    path: '/api/quality',
    summary: 'How good each detector is: precision and false positives from verdicts, and which cannot tell',
    role: 'viewer',
    query: z.object({ since: z.iso.datetime({ offset: true }).optional() }),
    returns: qualitySchema,
  },
  blast: {
    method: 'GET',
    path: '/api/incidents/{id}/blast',
    summary: 'What the compromised nodes can reach',
    role: 'viewer',
    params: incidentParams,
    returns: blastSchema,
  },
  drawing: {
    method: 'GET',
    path: '/api/incidents/{id}/drawing',
    summary: 'The blast radius laid out for drawing',
    role: 'viewer',
    params: incidentParams,
    query: z.object({ max: z.coerce.number().int().positive().max(20000).default(5000) }),
    returns: drawingSchema,
  },
  paths: {
    method: 'GET',
    path: '/api/incidents/{id}/paths',
    summary: 'Best attack paths as readable steps',
    role: 'viewer',
    params: incidentParams,
    query: z.object({
      goal: z.string().max(1000).optional(),
      limit: z.coerce.number().int().positive().max(100).default(10),
    }),
    returns: pathsSchema,
  },
  makePlan: {
    method: 'POST',
    path: '/api/incidents/{id}/plan',
    summary: 'Compute the cheapest provable cut',
    role: 'responder',
    params: incidentParams,
    returns: planSchema,
  },
  replan: {
    method: 'POST',
    path: '/api/incidents/{id}/plan/again',
    summary: 'Compute the plan again as wished: a variant, levers that must be used, levers that must not',
    role: 'responder',
    params: incidentParams,
    body: planWish.extend({ variant: z.enum(planVariants).default('cheapest') }),
    returns: planSchema,
  },
  comparePlans: {
    method: 'POST',
    path: '/api/incidents/{id}/plan/compare',
    summary:
      'The variants of the plan side by side: risk, outage and time, and which nothing else beats; nothing is recorded',
    role: 'viewer',
    params: incidentParams,
    body: planWish,
    returns: planChoiceSchema,
  },
  race: {
    method: 'GET',
    path: '/api/incidents/{id}/plan/race',
    summary: 'Expected loss by the order of the steps, and what each approval costs',
    role: 'viewer',
    params: incidentParams,
    query: z.object({
      runs: z.coerce.number().int().min(10).max(20_000).default(5_000),
      seed: z.coerce.number().int().min(0).max(2_147_483_647).default(1),
    }),
    returns: raceSchema,
  },
  telemetry: {
    method: 'GET',
    path: '/api/telemetry',
    summary: 'Models as their teams measure them: metrics, drifts and what happened beside them, clients to throttle',
    role: 'viewer',
    returns: telemetrySchema,
  },
  takeTelemetry: {
    method: 'POST',
    path: '/api/telemetry',
    summary:
      'Take in a batch of inferences of a model: predictions, scores, confidence, features, errors, explanations',
    role: 'responder',
    intake: {},
    body: telemetryBatchSchema,
    maxBodyBytes: 16 << 20,
    returns: takenTelemetrySchema,
  },
  canaries: {
    method: 'GET',
    path: '/api/canaries',
    summary: 'Canaries, the newest first: restored versions that take traffic step by step',
    role: 'viewer',
    query: z.object({ incident: z.string().max(64).optional() }),
    returns: z.object({ canaries: z.array(canaryLineSchema) }),
  },
  startCanary: {
    method: 'POST',
    path: '/api/canaries',
    summary: 'Start a canary: its stages, metrics and levers are in the description (docs/canary.md)',
    role: 'responder',
    body: canaryConfigSchema,
    maxBodyBytes: 4 << 20,
    returns: canaryRunSchema,
  },
  canary: {
    method: 'GET',
    path: '/api/canaries/{id}',
    summary: 'One canary: moves of the traffic, looks with their verdicts and reasons, where it stands',
    role: 'viewer',
    params: incidentParams,
    returns: canaryRunSchema,
  },
  approveCanary: {
    method: 'POST',
    path: '/api/canaries/{id}/approve',
    summary:
      'Approve what a canary does to traffic, by the digest of its description; the approval policy decides who may',
    role: 'responder',
    params: incidentParams,
    body: z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/) }),
    returns: canaryRunSchema,
  },
  stopCanary: {
    method: 'POST',
    path: '/api/canaries/{id}/stop',
    summary: 'Take the traffic away from a canary and end it',
    role: 'responder',
    params: incidentParams,
    body: z.object({ why: reason }),
    returns: canaryRunSchema,
  },
  sendCanarySamples: {
    method: 'POST',
    path: '/api/canaries/{id}/samples',
    summary: 'What was measured of both versions since the last batch; the same batch counts once',
    role: 'responder',
    intake: {},
    params: incidentParams,
    body: canarySamplesSchema,
    maxBodyBytes: 8 << 20,
    returns: z.object({ known: z.boolean() }),
  },
  takeEvents: {
    method: 'POST',
    path: '/api/log',
    summary:
      'Take in events as their systems write them: one, a list, or an envelope (an audit webhook’s EventList, a CloudTrail file)',
    role: 'responder',
    intake: { bytes: true },
    query: z.object({
      /** The file or place that they are from, for people. */
      from: z.string().max(500).optional(),
    }),
    body: z.unknown(),
    maxBodyBytes: 32 << 20,
    returns: takenEventsSchema,
  },
  takeSignedEvents: {
    method: 'POST',
    path: '/api/log/signed/{name}',
    summary:
      'Take in events from a webhook that signs as GitHub does, with the secret that the server was given for it',
    role: 'public',
    intake: { signed: true },
    params: z.object({ name: z.string().max(64) }),
    body: z.unknown(),
    maxBodyBytes: 32 << 20,
    returns: takenEventsSchema,
  },
  takeFirehose: {
    method: 'POST',
    path: '/api/log/firehose',
    summary: 'Take in events from Amazon Data Firehose; the token is its access key',
    role: 'responder',
    intake: { tokenIn: 'x-amz-firehose-access-key' },
    body: z.object({
      requestId: z.string().max(200),
      timestamp: z.number(),
      records: z.array(z.object({ data: z.string() })).max(10_000),
    }),
    maxBodyBytes: 64 << 20,
    returns: z.object({ requestId: z.string(), timestamp: z.number() }),
  },
  takeTraces: {
    method: 'POST',
    path: '/v1/traces',
    summary: 'OTLP: spans, of which those about generative AI and MCP are kept',
    role: 'responder',
    intake: { otlp: 'traces' },
    body: z.unknown(),
    maxBodyBytes: 32 << 20,
    returns: otlpAnswerSchema,
  },
  takeLogs: {
    method: 'POST',
    path: '/v1/logs',
    summary: 'OTLP: log records about generative AI, and those whose body is an event of a format that we know',
    role: 'responder',
    intake: { otlp: 'logs' },
    body: z.unknown(),
    maxBodyBytes: 32 << 20,
    returns: otlpAnswerSchema,
  },
  refuseMetrics: {
    method: 'POST',
    path: '/v1/metrics',
    summary: 'OTLP: metrics are not kept, and the answer says so',
    role: 'responder',
    intake: { otlp: 'metrics' },
    body: z.unknown(),
    maxBodyBytes: 32 << 20,
    returns: otlpAnswerSchema,
  },
  event: {
    method: 'GET',
    path: '/api/event/{id}',
    summary:
      'One event: as it came, in the one form, and the nodes, the grant and the approved step that it is tied to',
    role: 'viewer',
    params: z.object({ id: z.string().min(1).max(2300) }),
    returns: keptEventSchema,
  },
  hunt: {
    method: 'GET',
    path: '/api/hunt',
    summary: 'Events that a query means, hot and cold, those that came in last first, with what is found most often',
    role: 'viewer',
    query: z.object({
      /** docs/hunting.md */
      q: queryText,
      since: z.iso.datetime({ offset: true }).optional(),
      until: z.iso.datetime({ offset: true }).optional(),
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().positive().max(500).default(100),
      /** Fields whose values are told of each event, as in a query: `address, raw.user.username`. */
      columns: z.string().max(2000).optional(),
      now,
    }),
    returns: huntSchema,
  },
  intake: {
    method: 'GET',
    path: '/api/intake',
    summary: 'How events come in: counts by source and reason, how far the watch is behind, rules that are refused',
    role: 'viewer',
    returns: intakeSchema,
  },
  did: {
    method: 'GET',
    path: '/api/incidents/{id}/did',
    summary: 'Could versus did: what is within reach, and what the events that came in say was touched',
    role: 'viewer',
    params: incidentParams,
    query: z.object({ since: z.iso.datetime({ offset: true }).optional() }),
    returns: couldDidSchema,
  },
  scope: {
    method: 'GET',
    path: '/api/incidents/{id}/scope',
    summary: 'Isolated, or the first step of something wider, and where the known world ends',
    role: 'viewer',
    params: incidentParams,
    returns: scopeAnswerSchema,
  },
  plan: {
    method: 'GET',
    path: '/api/incidents/{id}/plan',
    summary: 'The plan of the incident',
    role: 'viewer',
    params: incidentParams,
    returns: planSchema,
  },
  usePlan: {
    method: 'PUT',
    path: '/api/incidents/{id}/plan',
    summary:
      'Give the incident a plan made elsewhere, once the independent check confirms it on the estate as it is now',
    role: 'responder',
    params: incidentParams,
    body: planSchema,
    maxBodyBytes: maxPlanBytes,
    returns: incidentSchema,
  },
  checkPlan: {
    method: 'POST',
    path: '/api/incidents/{id}/plan/check',
    summary: 'The independent check of the plan',
    role: 'viewer',
    params: incidentParams,
    returns: planCheckSchema,
  },
  dryRun: {
    method: 'POST',
    path: '/api/incidents/{id}/dry-run',
    summary: 'The exact requests each step would send, reading but changing nothing',
    role: 'responder',
    params: incidentParams,
    returns: dryRunSchema,
  },
  previewPlan: {
    method: 'POST',
    path: '/api/plans/dry-run',
    summary: 'The same for a plan made elsewhere',
    role: 'responder',
    body: planSchema,
    maxBodyBytes: maxPlanBytes,
    returns: dryRunSchema,
  },
  approve: {
    method: 'POST',
    path: '/api/incidents/{id}/approve',
    summary: 'Approve the plan by its digest, whole or some steps; the approval policy decides who may',
    role: 'responder',
    params: incidentParams,
    body: z.object({
      digest: z.string().regex(/^[0-9a-f]{64}$/),
      steps: z.array(z.string()).optional(),
      lease: leaseWish.optional(),
      watch: z.enum(watchModes).optional(),
      /** Approve although the policy does not permit it: loud, rare, and reviewed. */
      breakGlass: z.object({ reason: z.string().trim().min(20).max(2000) }).optional(),
    }),
    returns: executionSchema,
  },
  makeApprovalLink: {
    method: 'POST',
    path: '/api/incidents/{id}/approval-links',
    summary: 'A one-time link with which one person approves the plan without signing in; its text is shown once',
    role: 'responder',
    params: incidentParams,
    body: z.object({
      /** For whom; whoever asks when left out. Only an admin may make one for somebody else. */
      for: z.string().min(1).max(80).optional(),
      steps: z.array(z.string().max(64)).min(1).max(1000).optional(),
      minutes: z.number().int().min(1).max(1440).default(15),
    }),
    returns: madeLinkSchema,
  },
  showApprovalLink: {
    method: 'POST',
    path: '/api/approval-links/show',
    summary: 'What an approval link would approve; nothing is approved, and the link stays good',
    role: 'public',
    body: z.object({ link: z.string().min(1).max(200) }),
    returns: shownLinkSchema,
  },
  useApprovalLink: {
    method: 'POST',
    path: '/api/approval-links/use',
    summary: 'Approve with an approval link, which is used up',
    role: 'public',
    body: z.object({ link: z.string().min(1).max(200) }),
    returns: usedLinkSchema,
  },
  breakGlasses: {
    method: 'GET',
    path: '/api/break-glass',
    summary: 'Approvals against the policy, newest first, and who signed them off',
    role: 'viewer',
    returns: z.object({ breakGlasses: z.array(breakGlassSchema) }),
  },
  reviewBreakGlass: {
    method: 'POST',
    path: '/api/break-glass/{id}/review',
    summary: 'Sign off an approval against the policy; never one’s own',
    role: 'approver',
    params: incidentParams,
    body: z.object({ verdict: z.enum(breakGlassVerdicts), note: z.string().trim().min(1).max(2000) }),
    returns: breakGlassSchema,
  },
  watch: {
    method: 'POST',
    path: '/api/incidents/{id}/watch',
    summary: 'Let the watch look now, and choose what it does when a step is reverted',
    role: 'approver',
    params: incidentParams,
    body: z.object({ mode: z.enum(watchModes).optional() }),
    returns: executionSchema,
  },
  renew: {
    method: 'POST',
    path: '/api/incidents/{id}/renew',
    summary: 'Let what expires expire later',
    role: 'approver',
    params: incidentParams,
    body: z.object({ forMs: leaseMs.optional(), steps: z.array(z.string().max(64)).max(1000).optional() }),
    returns: executionSchema,
  },
  pause: {
    method: 'POST',
    path: '/api/incidents/{id}/pause',
    summary: 'Let no further step begin; the one under way is finished',
    role: 'responder',
    params: incidentParams,
    returns: executionSchema,
  },
  resume: {
    method: 'POST',
    path: '/api/incidents/{id}/resume',
    summary: 'Go on with what was paused',
    role: 'responder',
    params: incidentParams,
    returns: executionSchema,
  },
  abort: {
    method: 'POST',
    path: '/api/incidents/{id}/abort',
    summary: 'End the execution after the step under way; what was done stands and can be undone',
    role: 'responder',
    params: incidentParams,
    returns: executionSchema,
  },
  execution: {
    method: 'GET',
    path: '/api/incidents/{id}/execution',
    summary: 'Progress of containment or undo',
    role: 'viewer',
    params: incidentParams,
    returns: executionSchema.nullable(),
  },
  undo: {
    method: 'POST',
    path: '/api/incidents/{id}/undo',
    summary: 'Undo every step that was done, last first',
    role: 'approver',
    params: incidentParams,
    body: z.object({ force: z.boolean().default(false), merge: z.boolean().default(false) }),
    returns: executionSchema,
  },
  ledger: {
    method: 'GET',
    path: '/api/incidents/{id}/ledger',
    summary: 'The entries of the incident',
    role: 'viewer',
    params: incidentParams,
    returns: z.object({
      entries: z.array(ledgerEntrySchema.extend({ index: z.number() })),
      checkpoint: z.string(),
      verifierKey: z.string(),
    }),
  },
  exportEvidence: {
    method: 'GET',
    path: '/api/incidents/{id}/evidence',
    summary: 'The incident file: evidence, proofs and reports in one archive that anybody can verify',
    role: 'viewer',
    params: incidentParams,
    query: z.object({ since: treeSizes, reason: reason.optional() }),
    produces: 'application/x-tar',
  },
  secondParties: {
    method: 'GET',
    path: '/api/ledger/parties',
    summary: 'Who else vouches for the ledger: witnesses and time stamping authorities, and what they last said',
    role: 'viewer',
    returns: secondPartiesSchema,
  },
  removeSecondParty: {
    method: 'POST',
    path: '/api/ledger/parties/remove',
    summary: 'Ask a witness or time stamping authority no more; what it has said stays, and the ledger says who did it',
    role: 'admin',
    body: z.object({ party: z.string().min(1).max(2000), reason }),
    returns: secondPartiesSchema,
  },
  verifyEvidence: {
    method: 'POST',
    path: '/api/incidents/{id}/evidence/verify',
    summary: 'Export and verify now',
    role: 'viewer',
    params: incidentParams,
    returns: evidenceReportSchema,
  },
  evidenceVault: {
    method: 'GET',
    path: '/api/evidence',
    summary: 'What was taken as evidence, of one incident or of all, and where it is kept',
    role: 'viewer',
    query: z.object({ incident: z.string().max(64).optional() }),
    returns: vaultSchema,
  },
  takeEvidence: {
    method: 'POST',
    path: '/api/evidence',
    summary: 'Take a snapshot; it is answered when it has begun, and goes on by itself',
    role: 'responder',
    body: z.object({
      subject: z.string().min(1).max(2000),
      incident: z.string().max(64).nullable().default(null),
      reason,
      store: z.string().max(64).optional(),
      retainUntil: z.iso.datetime({ offset: true }).optional(),
    }),
    returns: snapshotSchema,
  },
  snapshot: {
    method: 'GET',
    path: '/api/evidence/snapshots/{id}',
    summary: 'What is in a snapshot, and its chain of custody',
    role: 'viewer',
    params: vaultParams,
    returns: shownSnapshotSchema,
  },
  resumeEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/resume',
    summary: 'Go on with a snapshot that was cut off',
    role: 'responder',
    params: vaultParams,
    returns: snapshotSchema,
  },
  readEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/read',
    summary: 'One piece of a snapshot; who read it and why is in the log before the first byte goes out',
    role: 'responder',
    params: vaultParams,
    body: z.object({ piece: z.string().min(1).max(2000), reason, asStored: z.boolean().default(false) }),
    produces: 'application/octet-stream',
  },
  retainEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/retain',
    summary: 'Keep a snapshot until a later date',
    role: 'responder',
    params: vaultParams,
    body: z.object({ until: z.iso.datetime({ offset: true }), reason }),
    returns: snapshotSchema,
  },
  moveEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/move',
    summary: 'Copy a snapshot to another store, or move it there',
    role: 'approver',
    params: vaultParams,
    body: z.object({ to: z.string().max(64), copy: z.boolean().default(false), reason }),
    returns: snapshotSchema,
  },
  redactEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/redact',
    summary: 'A copy of a JSON record with fields left out, provable against the log',
    role: 'responder',
    params: vaultParams,
    body: z.object({
      piece: z.string().min(1).max(2000),
      hide: z.array(z.string().max(2000)).max(10_000),
      reason,
    }),
    returns: redactedCopySchema,
  },
  destroyEvidence: {
    method: 'POST',
    path: '/api/evidence/snapshots/{id}/destroy',
    summary: 'Destroy a snapshot that nothing keeps any more, or say what that would do',
    role: 'admin',
    params: vaultParams,
    body: z.object({ reason, doIt: z.boolean().default(false) }),
    returns: destructionSchema,
  },
  holdEvidence: {
    method: 'POST',
    path: '/api/evidence/holds',
    summary: 'Hold a snapshot, or all evidence of an incident, until somebody releases it',
    role: 'responder',
    body: z.object({ snapshot: z.string().max(64).optional(), incident: z.string().max(64).optional(), reason }),
    returns: holdSchema,
  },
  releaseEvidence: {
    method: 'POST',
    path: '/api/evidence/holds/{id}/release',
    summary: 'Release a hold',
    role: 'approver',
    params: vaultParams,
    body: z.object({ reason }),
    returns: holdSchema,
  },
  auditEvidence: {
    method: 'POST',
    path: '/api/evidence/audit',
    summary: 'Whether evidence is there and is what the log says; `deep` reads every byte',
    role: 'responder',
    body: z.object({ snapshot: z.string().max(64).optional(), reason, deep: z.boolean().default(true) }),
    returns: vaultAuditSchema,
  },
  checkPlaybook: {
    method: 'POST',
    path: '/api/playbooks/check',
    summary: 'Whether a CACAO 2.0 playbook holds together: schema, workflow, signatures',
    role: 'viewer',
    body: playbookWishSchema.pick({ document: true }),
    maxBodyBytes: maxPlaybookBodyBytes,
    returns: playbookReportSchema,
  },
  layOverPlaybook: {
    method: 'POST',
    path: '/api/playbooks/lay-over',
    summary:
      'What becomes of each step of a playbook on the estate, and the plan that comes of it; nothing is recorded',
    role: 'viewer',
    body: playbookWishSchema,
    maxBodyBytes: maxPlaybookBodyBytes,
    returns: playbookRunSchema,
  },
  notePlaybook: {
    method: 'POST',
    path: '/api/incidents/{id}/playbook',
    summary: 'Write down from which playbook the plan was made and which steps by hand are done',
    role: 'responder',
    params: incidentParams,
    body: playbookWishSchema
      .pick({ document: true })
      .extend({ confirmed: z.array(z.string().max(100)).max(1000).default([]) }),
    maxBodyBytes: maxPlaybookBodyBytes,
    returns: incidentSchema,
  },
  exportPlaybook: {
    method: 'GET',
    path: '/api/incidents/{id}/playbook',
    summary: 'What was carried out, as a CACAO 2.0 playbook',
    role: 'viewer',
    params: incidentParams,
    returns: z.record(z.string(), z.unknown()),
  },
  outlets: {
    method: 'GET',
    path: '/api/outlets',
    summary: 'The ways out to other systems: what was told, what was refused, what stands in the way',
    role: 'viewer',
    returns: z.object({ outlets: z.array(outletStateSchema) }),
  },
  exportIncident: {
    method: 'GET',
    path: '/api/incidents/{id}/export',
    summary: 'The incident as others read it: findings and response as OCSF events, or a STIX 2.1 bundle',
    role: 'viewer',
    params: incidentParams,
    query: z.object({ as: z.enum(exportForms) }),
    produces: 'application/x-ndjson',
  },
  responseEvents: {
    method: 'GET',
    path: '/api/incidents/{id}/response-events',
    summary: 'The response as OCSF events with D3FEND countermeasures, one JSON object a line',
    role: 'viewer',
    params: incidentParams,
    produces: 'application/x-ndjson',
  },
  rotation: {
    method: 'GET',
    path: '/api/rotation',
    summary: 'Secrets that stood in texts, to be rotated; of the secrets themselves only keyed digests',
    role: 'viewer',
    query: z.object({ state: z.enum(rotationStates).optional() }),
    returns: z.object({ items: z.array(rotationItemSchema) }),
  },
  decideRotation: {
    method: 'POST',
    path: '/api/rotation/{id}',
    summary: 'Say that a secret was rotated, or why it need not be; or open it again',
    role: 'responder',
    params: z.object({ id: z.string().max(64) }),
    body: z.object({ state: z.enum(rotationStates), reason: z.string().min(1).max(2000) }),
    returns: rotationItemSchema,
  },
  ...recoveryRoutes,
  scanPrompt: {
    method: 'POST',
    path: '/api/prompt/scan',
    summary: 'Whether a text that a model is to read holds injected instructions; nothing of it is kept',
    role: 'responder',
    intake: {},
    body: z.object({ text: z.string().max(262_144), origin: z.enum(promptOrigins).default('retrieved') }),
    returns: promptVerdictSchema,
  },
  decidePromotion: {
    method: 'POST',
    path: '/api/promotion/decide',
    summary: 'May this artifact, by its digest, go to this stage? Every requirement, met or not; written to the ledger',
    role: 'responder',
    intake: {},
    body: z.object({
      subject: promotionSubjectSchema.extend({ byDigest: z.boolean().default(true) }),
      stage: z.string().min(1).max(200),
      environment: z.string().max(200).default(''),
      face: z.enum(promotionFaces).default('http'),
      attestations: z.array(z.unknown()).max(100).default([]),
      dryRun: z.boolean().default(false),
    }),
    maxBodyBytes: 16 * 1024 * 1024,
    returns: promotionRecordSchema,
  },
  evaluateAccess: {
    method: 'POST',
    path: '/access/v1/evaluation',
    summary: 'The same question in the words of AuthZEN 1.0: subject, action promote, resource, context',
    role: 'responder',
    intake: {},
    body: z.object({
      subject: z.object({ type: z.string().max(200), id: z.string().min(1).max(200) }),
      action: z.object({ name: z.literal('promote') }),
      resource: z.object({
        type: z.enum(promotedKinds),
        id: z.string().min(1).max(2000),
        properties: z.object({ digest: z.string().max(80).optional() }).optional(),
      }),
      context: z.object({
        stage: z.string().min(1).max(200),
        environment: z.string().max(200).optional(),
        attestations: z.array(z.unknown()).max(100).optional(),
      }),
    }),
    maxBodyBytes: 16 * 1024 * 1024,
    returns: z.object({ decision: z.boolean(), context: z.record(z.string(), z.unknown()) }),
  },
  promotionSurroundings: {
    method: 'GET',
    path: '/api/promotion/surroundings',
    summary: 'What the server knows around an artifact: lineage, incidents, approvals for a stage',
    role: 'viewer',
    query: z.object({
      kind: z.enum(promotedKinds),
      name: z.string().min(1).max(2000),
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .optional(),
      node: z.string().max(2000).optional(),
      stage: z.string().min(1).max(200),
    }),
    returns: surroundingsSchema,
  },
  promotions: {
    method: 'GET',
    path: '/api/promotion/decisions',
    summary:
      'What the gate decided, newest first, without the texts of its policies; of one artifact by name, digest or node',
    role: 'viewer',
    query: z.object({
      subject: z.string().max(2000).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    returns: z.object({ records: z.array(promotionRecordSchema) }),
  },
  promotion: {
    method: 'GET',
    path: '/api/promotion/decisions/{id}',
    summary: 'One decision with all that it stood on, to be made again',
    role: 'viewer',
    params: idParams,
    returns: promotionRecordSchema,
  },
  approvePromotion: {
    method: 'POST',
    path: '/api/promotion/approvals',
    summary: 'Approve one digest for one stage; written to the ledger, and ends by itself',
    role: 'approver',
    body: z.object({
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      stage: z.string().min(1).max(200),
      days: z.number().int().min(1).max(365).default(30),
      note: reason,
    }),
    returns: z.object({ id: z.string(), until: z.string() }),
  },
  artifactInspections: {
    method: 'GET',
    path: '/api/artifacts/inspections',
    summary: 'Artifacts that were inspected, newest first',
    role: 'viewer',
    returns: z.object({ inspections: z.array(keptInspectionSchema) }),
  },
  artifactPage: {
    method: 'GET',
    path: '/api/artifacts/page',
    summary: 'All about one artifact: inspection, signature, provenance, the last decision and what it lacks',
    role: 'viewer',
    query: z.object({ subject: z.string().min(1).max(2000) }),
    returns: artifactPageSchema,
  },
  channelAudit: {
    method: 'POST',
    path: '/api/channels/audit',
    summary: 'The head of every delivery channel beside what was approved, and what it was at a moment',
    role: 'viewer',
    body: z.object({
      since: z.iso.datetime({ offset: true }),
      /** As GitHub's API lists them. */
      commits: z.array(z.unknown()).max(10_000).default([]),
      /** An allowed-signers file of OpenSSH. */
      allowedSigners: z.string().max(1_000_000).default(''),
      /** Public keys of OpenPGP, armored; judged by `gpgv` where the server has it. */
      pgpKeys: z.string().max(1_000_000).default(''),
    }),
    maxBodyBytes: 32 * 1024 * 1024,
    returns: channelAuditSchema,
  },
  approveChannel: {
    method: 'POST',
    path: '/api/channels/baseline',
    summary: 'Approve what a channel delivers; written to the ledger, and ends by itself',
    role: 'approver',
    body: z.object({
      channel: z.string().min(1).max(2000),
      value: z.string().min(1).max(500),
      days: z.number().int().min(1).max(365).default(30),
      note: reason,
    }),
    returns: channelBaselineSchema,
  },
  bom: {
    method: 'GET',
    path: '/api/bom',
    summary: 'A model, or the estate, as CycloneDX 1.7 ML-BOM or SPDX 3.0.1 with the AI profile',
    role: 'viewer',
    query: z.object({ model: nodeText.optional(), form: z.enum(bomForms).default('cyclonedx') }),
    returns: z.record(z.string(), z.unknown()),
  },
  modelDocument: {
    method: 'GET',
    path: '/api/model-document',
    summary: 'The model card or the dataset lineage of a model, as Markdown and data',
    role: 'viewer',
    query: z.object({ model: nodeText, which: z.enum(['card', 'lineage']).default('card') }),
    returns: z.object({ markdown: z.string(), data: z.record(z.string(), z.unknown()) }),
  },
  events: {
    method: 'GET',
    path: '/api/events',
    summary: 'Server-sent events: {type, incident} whenever something of an incident changes, or detections come in',
    role: 'viewer',
    produces: 'text/event-stream',
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
