/**
 * The gate that everybody asks: the HTTP decision point, the admission webhook, every step of a recovery. It looks at what there is
 * to see of an artifact, decides, and writes the decision down with all that it stood on, so that it can be made again. What must
 * stay true: a decision that could not be written down was not made; whoever asks by `mustAllow` goes on only after an `allow`.
 */
import {
  FirebreakError,
  type NotRead,
  type PromotionFindings,
  type PromotionRecord,
  type PromotionRequest,
  type PromotionSubject,
} from '@firebreak/contract';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { judgeStatement } from './attestations/envelope.ts';
import { decidePromotion } from './decide.ts';
import { type AttachedToImage, judgeAttached } from './findings/signature.ts';
import { digestVouchedFor, vouchedFor } from './findings/vouched.ts';
import { findingsOf, type Known } from './gather.ts';
import type { PromotionPolicy } from './policy.ts';
import type { PromotionStore } from './store.ts';
import type { GateTrust } from './trust.ts';

/** What is asked of a gate that looks for itself. */
export interface GateQuestion {
  readonly subject: PromotionSubject;
  readonly stage: string;
  readonly environment?: string;
  readonly face: PromotionRequest['face'];
  readonly by: PromotionRequest['by'];
  /** DSSE envelopes and Sigstore bundles that the caller brings; each is believed only for its signature. */
  readonly attestations?: readonly unknown[];
  /** The incident whose recovery asks. */
  readonly incident?: string;
  /** Nothing is written down: the caller only tries. */
  readonly dryRun?: boolean;
}

/** What the gate can look at by itself. */
export interface GateSources {
  readonly image: (subject: PromotionSubject, signal: AbortSignal) => Promise<AttachedToImage | NotRead>;
  readonly scan: (subject: PromotionSubject) => Promise<PromotionFindings['scan'] | undefined>;
  readonly surroundings: (
    subject: PromotionSubject,
    signal: AbortSignal,
  ) => Promise<Pick<Known, 'lineage' | 'incidents'>>;
}

const nothingAttached: AttachedToImage = { envelopes: [], simple: [] };

export interface PromotionGate {
  readonly policy: PromotionPolicy;
  readonly trust: GateTrust;
  /** Looks, decides, writes down. */
  decide(question: GateQuestion, signal: AbortSignal): Promise<PromotionRecord>;
  /** @throws FirebreakError FB-PROMOTION-DENIED, with the decision as detail */
  mustAllow(question: GateQuestion, signal: AbortSignal): Promise<PromotionRecord>;
}

export function createPromotionGate<Tx>(parts: {
  readonly policy: PromotionPolicy;
  readonly trust: GateTrust;
  readonly store: PromotionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly clock: Clock;
  readonly sources: GateSources;
}): PromotionGate {
  const { policy, trust, store, ledger, clock, sources } = parts;

  async function known(request: PromotionRequest, question: GateQuestion, signal: AbortSignal): Promise<Known> {
    const { subject, stage } = request;
    const now = new Date(request.at);
    const attached = subject.kind === 'image' ? await sources.image(subject, signal) : nothingAttached;
    const { statements, signature } = judgeAttached(subject, attached, question.attestations ?? [], trust, now);
    const vouched = vouchedFor(request, statements);
    const around = await sources.surroundings(subject, signal);
    return {
      statements,
      signature: best(signature, vouched?.signature),
      scan: best(await sources.scan(subject), vouched?.scan),
      provenance: vouched?.provenance,
      evaluations: vouched?.evaluations,
      lineage: best(around.lineage, vouched?.lineage),
      incidents: around.incidents,
      approvals: subject.digest === undefined ? [] : await store.approvals(subject.digest, stage, now),
    };
  }

  async function record(made: PromotionRecord, incident: string | null): Promise<void> {
    const { decision } = made;
    const { request } = decision;
    await store.transaction(async (tx) => {
      const bytes = Buffer.from(JSON.stringify(made));
      const blob = await ledger.putBlob('promotion.json', 'application/json', bytes, tx);
      const body = {
        promotion: made.id,
        decision: decision.decision,
        subject: { ...request.subject },
        stage: request.stage,
        face: request.face,
        policyDigest: decision.policyDigest,
        findingsDigest: decision.findingsDigest,
        notMet: decision.requirements.filter(({ state }) => state !== 'met').map(({ id }) => id),
      };
      await store.putDecision(tx, made);
      await ledger.append([{ incident, kind: 'promotion.decided', actor: request.by.name, body, blobs: [blob] }], tx);
    });
  }

  async function decide(question: GateQuestion, signal: AbortSignal): Promise<PromotionRecord> {
    const now = clock.now();
    const { stage, environment = '', face, by } = question;
    const subject = withDigest(question.subject, question.attestations ?? [], trust, now);
    const request = { subject, stage, environment, face, by, at: now.toISOString() };
    const findings = findingsOf(request, await known(request, question, signal), trust);
    const decision = decidePromotion(request, findings, policy);
    const made: PromotionRecord = {
      kind: 'firebreak/promotion-record',
      id: newId('prm'),
      decision,
      findings,
      policies: [...policy.texts],
    };
    if (question.dryRun !== true) await record(made, question.incident ?? null);
    return made;
  }

  return {
    policy,
    trust,
    decide,
    async mustAllow(question, signal) {
      const made = await decide(question, signal);
      const { decision } = made;
      if (decision.decision === 'allow') return made;
      throw new FirebreakError('FB-PROMOTION-DENIED', decision.why, {
        detail: {
          promotion: made.id,
          requirements: decision.requirements.filter(({ state }) => state !== 'met'),
        },
      });
    },
  };
}

/** What was seen here, unless nothing was and another gate saw it. Something bad that was seen is not outweighed. */
function best<Finding extends { readonly state: string }>(own: Finding | undefined, vouched: Finding | undefined) {
  return own?.state === 'read' ? own : (vouched ?? own);
}

/** Of a model that is named by an address: the digest that another gate found there, if its address names it as well. */
function withDigest(
  subject: PromotionSubject,
  attestations: readonly unknown[],
  trust: GateTrust,
  now: Date,
): PromotionSubject {
  if (subject.digest !== undefined) return subject;
  for (const value of attestations) {
    const judged = judgeStatement(value, trust, now);
    const digest = judged.ok ? digestVouchedFor(subject.name, judged) : undefined;
    if (digest !== undefined)
      return { ...subject, digest, byDigest: subject.name.includes(digest.slice('sha256:'.length)) };
  }
  return subject;
}
