/**
 * Deny-by-policy: a ValidatingAdmissionPolicy that says no to one thing, and back from a policy to what it denies.
 *
 * What must stay true:
 * - names that come from outside (accounts, users, images) never become part of an expression. Each is a variable of its own whose
 *   whole expression is one literal, and the expressions that judge are constants of this file;
 * - what counts as ours is the policy that this file would make, field by field. A label or a name can be copied, and an expression
 *   that is nearly ours may allow everything: neither counts.
 *
 * A JSON text is a CEL literal of the same value (cel-spec, langdef, "string and bytes values"): the escapes of JSON are escapes of
 * CEL, except halves of surrogate pairs, which the schema of a denial refuses.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Denial, type DeniedSubject, denial, serviceAccountOf, serviceAccountUser } from '@firebreak/contract';
import { array, at, record, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

const group = 'admissionregistration.k8s.io';
export const policyKind = 'ValidatingAdmissionPolicy';
export const bindingKind = 'ValidatingAdmissionPolicyBinding';

const images = (of: string): string =>
  ['containers', 'initContainers', 'ephemeralContainers']
    .map((list) => `(has(${of}.spec.${list}) ? ${of}.spec.${list}.map(c, has(c.image) ? c.image : "") : [])`)
    .join(' + ');

/** Elsewhere than in the namespace that the denial is about, if it is about one. */
const elsewhere = '(variables.within != "" && request.namespace != variables.within)';

const judgements = {
  account:
    'request.namespace != variables.within || !has(object.spec.serviceAccountName) || object.spec.serviceAccountName != variables.account',
  images: `${elsewhere} || variables.images.all(i, variables.before.exists(b, b == i) || !variables.denied.exists(d, i == d || (d.startsWith("@") ? i.endsWith(d) : d.endsWith("/") ? i.startsWith(d) : (i.startsWith(d + ":") || i.startsWith(d + "@")))))`,
  writes: `${elsewhere} || !((variables.user != "" && request.userInfo.username == variables.user) || (variables.group != "" && has(request.userInfo.groups) && request.userInfo.groups.exists(g, g == variables.group)))`,
} as const satisfies Record<Denial['deny'], string>;

/** Variables that are the same in every policy of a kind. */
const computed: Readonly<Record<Denial['deny'], readonly Variable[]>> = {
  account: [],
  images: [
    { name: 'images', expression: images('object') },
    { name: 'before', expression: `request.operation == "UPDATE" ? ${images('oldObject')} : []` },
  ],
  writes: [],
};

interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** The policy and its binding, as they are created and as the server keeps them. */
export function denialObjects(of: Denial, name: string): { readonly policy: ApiObject; readonly binding: ApiObject } {
  const common = { apiVersion: `${group}/v1`, metadata: { name, labels: { 'firebreak.dev/managed': 'true' } } };
  return {
    policy: { ...common, kind: policyKind, spec: policySpec(of) },
    binding: { ...common, kind: bindingKind, spec: { policyName: name, validationActions: ['Deny'] } },
  };
}

/** The same wish has the same name. */
export function denialName(of: Denial): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(literals(of)))
    .update(JSON.stringify(rules(of)));
  return `firebreak-deny-${of.deny}-${digest.digest('hex').slice(0, 12)}`;
}

/** What a policy denies, if it is one that this file would make. */
export function denialOf(policy: unknown): Denial | undefined {
  const spec = at(policy, 'spec');
  const given = wishIn(spec);
  const parsed = given === undefined ? undefined : denial.safeParse(given);
  if (parsed?.success !== true) return undefined;
  return isDeepStrictEqual(bare(spec), bare(policySpec(parsed.data))) ? parsed.data : undefined;
}

/** Whether a binding enforces the policy that it names everywhere and on everything. */
export function bindingOf(binding: unknown): { policyName: string; enforced: boolean; unconditional: boolean } {
  const spec = record(at(binding, 'spec')) ?? {};
  const narrowing = record(spec.matchResources) ?? {};
  return {
    policyName: text(spec.policyName) ?? '',
    enforced: array(spec.validationActions).includes('Deny'),
    unconditional: (spec.paramRef ?? undefined) === undefined && Object.keys(bare(narrowing) as object).length === 0,
  };
}

/** The user name and group that requests of a subject come with. */
export function requesterOf(subject: DeniedSubject): { readonly user: string; readonly group: string } {
  if (subject.kind === 'Group') return { user: '', group: subject.name };
  const { kind, name, namespace } = subject;
  return { user: kind === 'User' ? name : serviceAccountUser(namespace ?? '', name), group: '' };
}

function policySpec(of: Denial): Record<string, unknown> {
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      // The server's own defaults, so that what it keeps is what we sent.
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: rules(of),
    },
    variables: [
      ...Object.entries(literals(of)).map(([name, value]) => ({ name, expression: JSON.stringify(value) })),
      ...computed[of.deny],
    ],
    validations: [
      {
        expression: judgements[of.deny],
        message: 'Firebreak denies this while an incident is contained.',
        reason: 'Forbidden',
      },
    ],
  };
}

function rules(of: Denial): readonly Record<string, unknown>[] {
  const rule = (apiGroup: string, resources: readonly string[], operations: readonly string[]) => ({
    apiGroups: [apiGroup],
    apiVersions: ['*'],
    operations: [...operations],
    resources: [...resources],
    scope: '*',
  });
  switch (of.deny) {
    case 'account':
      return [rule('', ['pods'], ['CREATE'])];
    case 'images':
      return [rule('', ['pods', 'pods/ephemeralcontainers'], ['CREATE', 'UPDATE'])];
    case 'writes':
      return [rule(of.group, of.resources, ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'])];
  }
}

/** What differs from policy to policy, by the name of its variable. */
function literals(of: Denial): Readonly<Record<string, string | readonly string[]>> {
  switch (of.deny) {
    case 'account':
      return { within: of.namespace, account: of.serviceAccount };
    case 'images':
      return { within: of.namespace ?? '', denied: of.images };
    case 'writes':
      return { within: of.namespace ?? '', ...requesterOf(of.subject) };
  }
}

/** The denial that a policy's literals speak of; whether the rest of it agrees is another question. */
function wishIn(spec: unknown): unknown {
  const values = new Map<string, unknown>();
  for (const variable of array(at(spec, 'variables')).slice(0, 10))
    values.set(textAt(variable, 'name') ?? '', literal(textAt(variable, 'expression')));
  const namespace = values.get('within');
  const somewhere = namespace === '' ? {} : { namespace };
  if (values.has('account')) return { deny: 'account', namespace, serviceAccount: values.get('account') };
  if (values.has('denied')) return { deny: 'images', images: values.get('denied'), ...somewhere };
  const rule = array(at(spec, 'matchConstraints', 'resourceRules'))[0];
  const subject = subjectOf(text(values.get('user')), text(values.get('group')));
  if (subject === undefined) return undefined;
  return {
    deny: 'writes',
    subject,
    group: array(at(rule, 'apiGroups'))[0],
    resources: at(rule, 'resources'),
    ...somewhere,
  };
}

function subjectOf(user: string | undefined, ofGroup: string | undefined): DeniedSubject | undefined {
  if (user === undefined || ofGroup === undefined) return undefined;
  if (user === '') return { kind: 'Group', name: ofGroup };
  const account = serviceAccountOf(user);
  return account === undefined ? { kind: 'User', name: user } : { kind: 'ServiceAccount', ...account };
}

const longestLiteral = 20_000;

function literal(expression: string | undefined): unknown {
  if (expression === undefined || expression.length > longestLiteral || !/^["[]/.test(expression)) return undefined;
  try {
    return JSON.parse(expression);
  } catch {
    // An expression that is no literal: it computes something, and is compared as it is written.
    return undefined;
  }
}

/** Without what is empty or absent, which the server may add or leave out as it likes. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  const fields = record(value);
  if (fields === undefined) return value;
  return Object.fromEntries(
    Object.entries(fields)
      .map(([key, inner]) => [key, bare(inner)] as const)
      .filter(([, inner]) => inner !== null && inner !== undefined && !isEmpty(inner))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
