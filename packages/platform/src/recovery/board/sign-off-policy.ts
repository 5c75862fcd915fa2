/**
 * Who may sign a recovery off, decided at the time of the request by Cedar policies. What must stay true: closed by default; that one
 * person signs for one role is a policy as well as code (`board.ts`), so that no policy of somebody's own can lift it.
 */
import { readFile } from 'node:fs/promises';
import { FirebreakError, type RecoveryRole, type Role } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';

export interface SignOffQuestion {
  readonly by: { readonly name: string; readonly role: Role };
  readonly incident: string;
  readonly signsAs: RecoveryRole;
  readonly signedAs: readonly RecoveryRole[];
  readonly open: number;
  readonly did: number;
}

export interface SignOffPolicy {
  /** SHA-256 of the policy text, hex. */
  readonly digest: string;
  decide(question: SignOffQuestion): {
    readonly allowed: boolean;
    readonly why: string;
    readonly policies: readonly string[];
  };
}

const content = new URL('../../../../../content/policies/', import.meta.url);

/** @throws FirebreakError FB-POLICY-INVALID */
export async function openSignOffPolicy(file?: string): Promise<SignOffPolicy> {
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const schema = await readFile(new URL('recovery.cedarschema', content), 'utf8');
  const text = await readFile(file ?? new URL('recovery.cedar', content), 'utf8');
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw invalid(parts.errors.map(({ message }) => message).join(' '));
  const because = new Map<string, string>();
  const staticPolicies = Object.fromEntries(
    parts.policies.map((policy, at) => {
      const json = cedar.policyToJson(policy);
      const notes = (json.type === 'success' ? json.json.annotations : {}) as Readonly<
        Record<string, string | undefined>
      >;
      const id = notes.id ?? `policy${at}`;
      because.set(id, notes.because ?? id);
      return [id, policy];
    }),
  );
  const policies = { staticPolicies };
  const checked = cedar.validate({ schema, policies });
  if (checked.type === 'failure') throw invalid(checked.errors.map(({ message }) => message).join(' '));
  const [first] = checked.validationErrors;
  if (first !== undefined) throw invalid(`${first.policyId}: ${first.error.message}`);
  return {
    digest: sha256Hex(text),
    decide({ by, incident, signsAs, signedAs, open, did }) {
      const principal = { type: 'Firebreak::User', id: by.name };
      const resource = { type: 'Firebreak::Recovery', id: incident };
      const answer = cedar.isAuthorized({
        principal,
        action: { type: 'Firebreak::Action', id: 'signOff' },
        resource,
        context: { signsAs, signedAs: [...signedAs], did },
        entities: [
          { uid: principal, attrs: { name: by.name, role: by.role }, parents: [] },
          { uid: resource, attrs: { incident, open }, parents: [] },
        ],
        policies,
        schema,
        validateRequest: true,
      });
      if (answer.type === 'failure')
        return { allowed: false, why: answer.errors.map(({ message }) => message).join(' '), policies: [] };
      const { decision, diagnostics } = answer.response;
      const [failed] = diagnostics.errors;
      if (failed !== undefined)
        return { allowed: false, why: `Policy ${failed.policyId} fails.`, policies: [failed.policyId] };
      const reasons = diagnostics.reason.map((id) => because.get(id) ?? id);
      return {
        allowed: decision === 'allow',
        why: reasons.length > 0 ? `${reasons.join('; ')}.` : `No policy permits a ${by.role} to sign as ${signsAs}.`,
        policies: [...diagnostics.reason].sort(),
      };
    },
  };
}

const invalid = (why: string) => new FirebreakError('FB-POLICY-INVALID', `recovery.cedar: ${why}`);
