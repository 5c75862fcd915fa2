/**
 * Who may approve what, decided at the time of the request by Cedar policies (cedarpolicy.com; the language's own library,
 * compiled to WebAssembly). What must stay true:
 *
 * - Closed by default: no permit, an error in a policy, or a policy that does not fit the schema, and nothing is approved.
 * - A policy that is wrong is found when it is loaded, with its file and line, and not in the worst hour.
 * - The decision can be told afterwards: the policies that decided and the digest of the text that they stood in go to the ledger.
 * - How many people a drastic step needs is not a policy's to lower: the runner sees to that before it asks here.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { type AssetNotes, FirebreakError, type NodeId, type PlanStep, type Role } from '@firebreak/contract';

export interface Approver {
  readonly name: string;
  readonly role: Role;
}

export interface ApprovalQuestion {
  readonly by: Approver;
  readonly incident: string;
  readonly phase: 'waiting-approval' | 'running';
  readonly step: PlanStep;
  readonly approvedBy: readonly string[];
  readonly evidencePlanned: boolean;
  readonly evidenceTaken: boolean;
  /** What is known of the step's target; undefined where it is not in the estate. */
  readonly target: { readonly class: string; readonly about?: AssetNotes | undefined } | undefined;
}

export interface ApprovalDecision {
  readonly allowed: boolean;
  /** Ids of the policies that decided; empty where no policy permits. */
  readonly policies: readonly string[];
  /** One plain sentence. */
  readonly why: string;
}

export interface ApprovalPolicy {
  /** SHA-256 of the policy text, hex: recorded with every approval. */
  readonly digest: string;
  decide(question: ApprovalQuestion): ApprovalDecision;
}

const content = new URL('../../../../../content/policies/', import.meta.url);
/** A policy text is written by people; more is a mistake. */
const maxBytes = 1024 * 1024;

/**
 * The policies of a file, or those that come with Firebreak.
 *
 * @throws FirebreakError FB-NOT-FOUND, FB-POLICY-INVALID with file and line
 */
export async function openApprovalPolicy(file?: string): Promise<ApprovalPolicy> {
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const schema = await readFile(new URL('approval.cedarschema', content), 'utf8');
  const path = file ?? new URL('approval.cedar', content);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `The policies cannot be read from ${file}.`, { cause });
  });
  return approvalPolicy(cedar, schema, text, file ?? 'approval.cedar');
}

/** @throws FirebreakError FB-POLICY-INVALID */
export function approvalPolicy(cedar: typeof Cedar, schema: string, text: string, file: string): ApprovalPolicy {
  const refuse = (offset: number | undefined, why: string): FirebreakError => {
    const line = offset === undefined ? '' : `:${text.slice(0, offset).split('\n').length}`;
    return new FirebreakError('FB-POLICY-INVALID', `${file}${line}: ${why}`);
  };
  if (text.length > maxBytes) throw refuse(undefined, `it is larger than ${maxBytes} bytes.`);
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw refuse(at(text, parts.errors), inWords(parts.errors));
  if (parts.policy_templates.length > 0) throw refuse(undefined, 'templates are not used here; write the policy out.');
  const named = parts.policies.map((policy, index) => annotated(cedar, policy, index, refuse));
  const doubled = named.find(({ id }, index) => named.findIndex((other) => other.id === id) < index);
  if (doubled !== undefined) throw refuse(undefined, `two policies have the id "${doubled.id}".`);
  const policies = { staticPolicies: Object.fromEntries(named.map(({ id, policy }) => [id, policy])) };
  const checked = cedar.validate({ schema, policies });
  if (checked.type === 'failure') throw refuse(undefined, inWords(checked.errors));
  const [first] = checked.validationErrors;
  if (first !== undefined)
    throw refuse(text.indexOf(`"${first.policyId}"`), `${first.policyId}: ${first.error.message}.`);

  const digest = createHash('sha256').update(text).digest('hex');
  const because = new Map(named.map(({ id, why }) => [id, why]));
  return {
    digest,
    decide(question) {
      const answer = cedar.isAuthorized({ ...request(question), policies, schema, validateRequest: true });
      if (answer.type === 'failure') return { allowed: false, policies: [], why: inWords(answer.errors) };
      const { decision, diagnostics } = answer.response;
      const [failed] = diagnostics.errors;
      if (failed !== undefined)
        return {
          allowed: false,
          policies: [failed.policyId],
          why: `Policy ${failed.policyId} fails: ${failed.error.message}.`,
        };
      const reasons = diagnostics.reason.map((id) => because.get(id) ?? id);
      const allowed = decision === 'allow';
      return {
        allowed,
        policies: [...diagnostics.reason].sort(),
        why: reasons.length > 0 ? `${reasons.join('; ')}.` : `No policy permits ${question.by.role}s to approve this.`,
      };
    },
  };
}

function annotated(
  cedar: typeof Cedar,
  policy: string,
  index: number,
  refuse: (offset: number | undefined, why: string) => FirebreakError,
): { readonly id: string; readonly policy: string; readonly why: string } {
  const json = cedar.policyToJson(policy);
  if (json.type === 'failure') throw refuse(undefined, inWords(json.errors));
  const { id, because } = (json.json.annotations ?? {}) as Readonly<Record<string, string | undefined>>;
  return { id: id ?? `policy${index}`, policy, why: because ?? id ?? `policy ${index + 1}` };
}

function request({ by, incident, phase, step, target, ...rest }: ApprovalQuestion) {
  const principal = { type: 'Firebreak::User', id: by.name };
  const resource = { type: 'Firebreak::Step', id: `${incident}/${step.id}` };
  const { owner = '', sensitivity = '', sla = '', hosting = '', vendor = '' } = target?.about ?? {};
  return {
    principal,
    action: { type: 'Firebreak::Action', id: 'approve' },
    resource,
    context: {
      incident,
      phase,
      evidencePlanned: rest.evidencePlanned,
      evidenceTaken: rest.evidenceTaken,
      approvedBy: [...rest.approvedBy],
    },
    entities: [
      { uid: principal, attrs: { name: by.name, role: by.role }, parents: [] },
      {
        uid: resource,
        attrs: {
          lever: step.lever.action,
          connector: step.lever.action.split('.', 1)[0] ?? '',
          stage: step.stage,
          reason: step.reason,
          drastic: step.drastic,
          reversible: step.reversal.kind === 'restore',
          cost: Math.min(Math.round(step.cost), Number.MAX_SAFE_INTEGER),
          interrupts: step.interrupts.length,
          target: step.target.id satisfies NodeId,
          kind: step.target.kind,
          class: target?.class ?? '',
          owner,
          sensitivity,
          sla,
          hosting,
          vendor,
        },
        parents: [],
      },
    ],
  };
}

function inWords(errors: readonly Cedar.DetailedError[]): string {
  return errors.map(({ message }) => message.replace(/\.?$/, '.')).join(' ');
}

/** Cedar counts bytes, we count characters. */
function at(text: string, errors: readonly Cedar.DetailedError[]): number | undefined {
  const start = errors[0]?.sourceLocations?.[0]?.start;
  return start === undefined ? undefined : Buffer.from(text).subarray(0, start).toString().length;
}
