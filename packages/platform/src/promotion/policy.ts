/**
 * The policies of the gate, in Cedar (cedarpolicy.com; the language's own library, compiled to WebAssembly): a folder of files, each
 * requirement a `forbid` that says in annotations what it is, which findings it stands on, and what to do when it is not met.
 * What must stay true:
 *
 * - A policy that is wrong is found when it is loaded, with its file and line. A name that is given twice is wrong, unless one
 *   says of itself that it replaces the other: `@replaces("by-digest")`.
 * - Closed by default: where no permit matches, or a policy fails while it is asked, the answer is no, and says so.
 * - Asking is pure: the same question and the same texts give the same answer, which is what makes a decision replayable.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { FirebreakError, findingSeverities, type PromotionRecord, type Requirement } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';

const content = new URL('../../../../content/promotion/', import.meta.url);
const mostBytes = 1024 * 1024;
const mostFiles = 100;

export type PolicyTexts = PromotionRecord['policies'];

/** A requirement as its policy describes it. */
export interface RequirementText extends Pick<Requirement, 'id' | 'what' | 'next' | 'about' | 'severity'> {
  readonly file: string;
}

/** What Cedar is asked, in its own words. */
export type Question = Pick<Cedar.AuthorizationCall, 'principal' | 'action' | 'resource' | 'context' | 'entities'>;

export interface CedarAnswer {
  readonly allowed: boolean;
  /** Requirements that forbid it. */
  readonly unmet: ReadonlySet<string>;
  /** What went wrong while it was asked; then it is not allowed. */
  readonly errors: readonly { readonly policy: string; readonly why: string }[];
}

export interface PromotionPolicy {
  /** SHA-256 (hex) over schema and texts. */
  readonly digest: string;
  readonly texts: PolicyTexts;
  /** In the order of the files. */
  readonly requirements: readonly RequirementText[];
  ask(question: Question): CedarAnswer;
}

/**
 * The policies that come with Firebreak, and those of the files and folders given (a folder: every `.cedar` in it).
 *
 * @param only leaves out those that come along
 * @throws FirebreakError FB-NOT-FOUND, FB-POLICY-INVALID with file and line
 */
export async function openPromotionPolicy(paths: readonly string[] = [], only = false): Promise<PromotionPolicy> {
  const own = (await Promise.all(paths.map(filesAt))).flat();
  const texts = await Promise.all([...(only ? [] : await filesAt(content.pathname)), ...own].map(read));
  return promotionPolicy(texts);
}

/** The policies of a record, as they stood. @throws FirebreakError FB-POLICY-INVALID */
export async function promotionPolicy(texts: PolicyTexts): Promise<PromotionPolicy> {
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const schema = await readFile(new URL('promotion.cedarschema', content), 'utf8');
  if (texts.length === 0 || texts.length > mostFiles)
    throw new FirebreakError('FB-POLICY-INVALID', `There are ${texts.length} files of promotion policies.`);
  const all = texts.flatMap(({ file, text }) => parse(cedar, file, text));
  const replaced = new Set(all.flatMap(({ replaces }) => replaces ?? []));
  const parsed = all.filter(({ id, replaces }) => replaces !== undefined || !replaced.has(id));
  const doubled = parsed.find(({ id }, index) => parsed.findIndex((other) => other.id === id) < index);
  if (doubled !== undefined) throw invalid(doubled.file, undefined, `another policy has the id "${doubled.id}".`);
  const policies = { staticPolicies: Object.fromEntries(parsed.map(({ id, policy }) => [id, policy])) };
  const checked = cedar.validate({ schema, policies });
  if (checked.type === 'failure') throw invalid('promotion', undefined, inWords(checked.errors));
  const [first] = checked.validationErrors;
  if (first !== undefined) {
    const { file = 'promotion', line } = parsed.find(({ id }) => id === first.policyId) ?? {};
    throw invalid(file, line, `${first.policyId}: ${first.error.message}.`);
  }
  const requirements = parsed.flatMap(({ effect, requirement }) => (effect === 'forbid' ? [requirement] : []));
  const forbids = new Set(requirements.map(({ id }) => id));
  const digest = sha256Hex(canonicalJson({ schema, policies: texts.map(({ file, text }) => ({ file, text })) }));
  // Parsed once for all questions; the library keeps both by name.
  const prepared = [cedar.preparsePolicySet(digest, policies), cedar.preparseSchema(digest, schema)];
  for (const answer of prepared)
    if (answer.type === 'failure') throw invalid('promotion', undefined, inWords(answer.errors));
  return {
    digest,
    texts,
    requirements,
    ask(question) {
      const answer = cedar.statefulIsAuthorized({
        ...question,
        preparsedPolicySetId: digest,
        preparsedSchemaName: digest,
        validateRequest: true,
      });
      if (answer.type === 'failure')
        return { allowed: false, unmet: new Set(), errors: [{ policy: '', why: inWords(answer.errors) }] };
      const { decision, diagnostics } = answer.response;
      const errors = diagnostics.errors.map(({ policyId, error }) => ({ policy: policyId, why: error.message }));
      return {
        allowed: decision === 'allow' && errors.length === 0,
        unmet: new Set(diagnostics.reason.filter((id) => forbids.has(id))),
        errors,
      };
    },
  };
}

/** Files of policies in the order of their names. */
async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new FirebreakError('FB-NOT-FOUND', `There are no promotion policies at ${path}.`);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.cedar')).sort();
  return names.map((name) => join(path, name));
}

async function read(path: string): Promise<PolicyTexts[number]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-NOT-FOUND', `The policies cannot be read from ${path}.`, { cause });
  });
  if (text.length > mostBytes) throw invalid(path, undefined, `it is larger than ${mostBytes} bytes.`);
  return { file: basename(path), text };
}

function parse(cedar: typeof Cedar, file: string, text: string) {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw invalid(file, lineOf(text, parts.errors), inWords(parts.errors));
  if (parts.policy_templates.length > 0)
    throw invalid(file, undefined, 'templates are not used here; write the policy out.');
  return parts.policies.map((policy) => {
    const json = cedar.policyToJson(policy);
    if (json.type === 'failure') throw invalid(file, undefined, inWords(json.errors));
    const notes = (json.json.annotations ?? {}) as Readonly<Record<string, string | undefined>>;
    const { id, what, about = '', next, severity: said, replaces } = notes;
    const line = text.slice(0, text.indexOf(policy.trim().slice(0, 80))).split('\n').length;
    const { effect } = json.json;
    if (id === undefined || id === '') throw invalid(file, line, 'a policy has no @id.');
    if (effect === 'forbid' && (what === undefined || next === undefined))
      throw invalid(file, line, `${id} needs @what (the requirement in a sentence) and @next (how to meet it).`);
    const severity = findingSeverities.find((known) => known === (said ?? 'high'));
    if (severity === undefined) throw invalid(file, line, `${id} has an unknown @severity.`);
    const names = about.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
    const requirement: RequirementText = { id, what: what ?? '', next: next ?? '', about: names, severity, file };
    return { id, policy, effect, file, line, replaces, requirement };
  });
}

function invalid(file: string, line: number | undefined, why: string): FirebreakError {
  return new FirebreakError('FB-POLICY-INVALID', `${file}${line === undefined ? '' : `:${line}`}: ${why}`);
}

function inWords(errors: readonly Cedar.DetailedError[]): string {
  return errors.map(({ message }) => message.replace(/\.?$/, '.')).join(' ');
}

/** Cedar counts bytes. */
function lineOf(text: string, errors: readonly Cedar.DetailedError[]): number | undefined {
  const start = errors[0]?.sourceLocations?.[0]?.start;
  return start === undefined ? undefined : Buffer.from(text).subarray(0, start).toString().split('\n').length;
}
