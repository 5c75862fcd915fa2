/**
 * May this go there? A pure function of what was asked, what was found and the policies: no clock, no network, so that a decision can
 * be made again from its record. What must stay true:
 *
 * - Fail closed: what was not looked at is not there; an error in a policy, or a question that does not fit the schema, is a no.
 * - Every requirement that could forbid this is told, met or not, with what to do. Which ones those are is not kept in a list: a
 *   requirement belongs to this stage and kind if it would forbid an artifact of which nothing is known, or of which only bad is.
 */
import type {
  FindingName,
  PromotionDecision,
  PromotionFindings,
  PromotionRequest,
  Requirement,
} from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { PromotionPolicy, RequirementText } from './policy.ts';
import { questionOf } from './question.ts';

export function decidePromotion(
  request: PromotionRequest,
  findings: PromotionFindings,
  policy: PromotionPolicy,
): PromotionDecision {
  const answer = policy.ask(questionOf(request, findings));
  const nameless = { ...request, subject: { kind: request.subject.kind, name: request.subject.name, byDigest: false } };
  const could = new Set([nothingKnown, allBad].flatMap((known) => [...policy.ask(questionOf(nameless, known)).unmet]));
  const failing = new Map(answer.errors.map(({ policy: id, why }) => [id, why]));
  const requirements = policy.requirements
    .filter(({ id }) => could.has(id) || answer.unmet.has(id) || failing.has(id))
    .map((text) =>
      requirementOf(text, { request, findings, unmet: answer.unmet.has(text.id), error: failing.get(text.id) }),
    );
  const known = new Set(requirements.map(({ id }) => id));
  for (const { policy: id, why } of answer.errors) if (!known.has(id)) requirements.push(failed(id, why));
  if (!answer.allowed && requirements.every(({ state }) => state === 'met'))
    requirements.push(failed('permit', `No policy permits ${request.by.role} ${request.by.name} to promote this.`));
  const open = requirements.filter(({ state }) => state !== 'met');
  const allowed = answer.allowed && open.length === 0;
  return {
    kind: 'firebreak/promotion-decision',
    decision: allowed ? 'allow' : 'deny',
    why: allowed
      ? `All ${requirements.length} requirements of stage ${request.stage} are met.`
      : `${open.length} of ${requirements.length} requirements of stage ${request.stage} are not met: ${open.map(({ id, why }) => `${id} (${why.replace(/\.$/, '')})`).join('; ')}.`,
    requirements,
    request,
    policyDigest: policy.digest,
    findingsDigest: sha256Hex(canonicalJson(findings)),
  };
}

function requirementOf(
  { id, what, next, about, severity }: RequirementText,
  it: {
    readonly request: PromotionRequest;
    readonly findings: PromotionFindings;
    readonly unmet: boolean;
    readonly error: string | undefined;
  },
): Requirement {
  const base = { id, what, about: [...about], severity };
  if (it.error !== undefined) return { ...base, state: 'failed', why: `The policy fails: ${it.error}.`, next };
  const stands = about.flatMap((name) => (name in it.findings ? [it.findings[name as FindingName]] : []));
  const why =
    stands.map((finding) => finding.why).join(' ') ||
    (it.request.subject.digest === undefined
      ? 'Its digest could not be found out.'
      : `It is ${it.request.subject.byDigest ? '' : 'not '}named by its digest ${it.request.subject.digest}.`);
  if (!it.unmet) return { ...base, state: 'met', why, next: '' };
  const missing = stands.filter(({ state }) => state !== 'read');
  const hints = missing.map((finding) => finding.next).join(' ');
  return missing.length > 0 || (stands.length === 0 && it.request.subject.digest === undefined)
    ? { ...base, state: 'missing', why, next: hints === '' ? next : `${hints} ${next}` }
    : { ...base, state: 'failed', why, next };
}

function failed(id: string, why: string): Requirement {
  return {
    id,
    state: 'failed',
    what: 'The policies answer',
    why,
    next: 'Mend the policy; until then nothing is promoted.',
    about: [],
    severity: 'high',
  };
}

const unread = { state: 'unread', why: '', next: '' } as const;
const nothingKnown: PromotionFindings = {
  signature: unread,
  scan: unread,
  provenance: unread,
  lineage: unread,
  evaluations: unread,
  approvals: unread,
  incidents: unread,
  recovery: unread,
};
const read = { state: 'read', why: '', next: '' } as const;
const allBad: PromotionFindings = {
  signature: { ...read, verified: false, signer: '', by: 'nobody' },
  scan: { ...read, verdict: 'unsafe', at: '1970-01-01T00:00:00Z', rules: [] },
  provenance: { ...read, verified: false, builder: '', buildType: '', slsaLevel: 0, dependencies: [] },
  lineage: { ...read, complete: false, sources: [], unidentified: ['unknown'] },
  evaluations: { ...read, verified: false, passed: [], failed: ['unknown'], metrics: {} },
  approvals: { ...read, given: [] },
  incidents: { ...read, open: ['unknown'], past: ['unknown'] },
  recovery: { ...read, incidents: [], signedOffBy: [] },
};
