/**
 * Whether being in a group is holding what the group holds. The policies of a user and of its groups are one set, an explicit
 * Deny anywhere in it wins, and the user's boundary bounds all of it: so a member may have less than its group, and a step into
 * the group must not give it back. The user's own steps are decided with everything that speaks for it; a membership that is
 * not drawn costs no reach.
 *
 * What must stay true: `all` is said only where every step from the group is one from the member as well. What cannot be
 * compared by looking at the policies counts as less.
 *
 * Source: IAM user guide, "Policy evaluation logic" and "Permissions boundaries for IAM entities".
 */
import type { AwsPolicyDocument, Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { Holder } from './holders.ts';
import { type Policy, policyOf, type Selection, type Statement } from './policy/document.ts';
import { covers, meet } from './policy/overlap.ts';

/** What a member keeps of what its group's policies allow. */
export type Kept = 'all' | 'part' | 'nothing';

/** More pairs of patterns than any account has are not held against each other. */
const maxPairs = 250_000;

/** By the Denies that speak for the member and not for the group, by its boundary, and by whom resources shut out by name. */
export function keptInGroup(estate: Estate, member: Holder, group: Holder): Kept {
  const { names } = singledOut(estate);
  const kept = keptOfPolicies(estate, member, group);
  const named = names.has(member.arn) || (member.uniqueId !== undefined && names.has(member.uniqueId));
  return kept === 'all' && named ? 'part' : kept;
}

/** Whether every step from the group is one from its member. */
export function holdsWhatGroupHolds(estate: Estate, member: Holder, group: Holder): boolean {
  if (singledOut(estate).asksWho || group.policies.some(({ policy }) => policy.statements.some(looksAtCaller)))
    return false;
  return keptInGroup(estate, member, group) === 'all';
}

/** Members are bound alike by the same policies: answers by the group and what narrows. */
const answers = perEstate(() => ({ kept: new Map<string, Kept>(), numbers: new Map<Policy, number>() }));

function keptOfPolicies(estate: Estate, member: Holder, group: Holder): Kept {
  const ofGroup = new Set(group.policies.map(({ policy }) => policy));
  const narrowing = member.policies.flatMap(({ policy }) =>
    !ofGroup.has(policy) && policy.statements.some(isDeny) ? [policy] : [],
  );
  const { boundary } = member;
  if (boundary === undefined && narrowing.length === 0) return 'all';
  const { kept, numbers } = answers(estate);
  const numberOf = (policy: Policy) => {
    const number = numbers.get(policy) ?? numbers.size;
    numbers.set(policy, number);
    return number;
  };
  const key = [group.id, boundary?.arn ?? '', ...narrowing.map(numberOf)].join(' ');
  let known = kept.get(key);
  if (known === undefined) {
    const edge = boundary?.source === undefined ? [] : boundary.source.policy.statements;
    const denies = [...narrowing.flatMap(({ statements }) => statements), ...edge].filter(isDeny);
    const allows = [...ofGroup].flatMap(({ statements }) => statements).filter((each) => !isDeny(each));
    const bounds = edge.filter((each) => !isDeny(each));
    known = keptOf(allows, denies, boundary === undefined ? undefined : bounds);
    kept.set(key, known);
  }
  return known;
}

/** @param bounds what the boundary allows, undefined without one */
function keptOf(
  allows: readonly Statement[],
  denies: readonly Statement[],
  bounds: readonly Statement[] | undefined,
): Kept {
  if (patternsOf(allows) * patternsOf([...denies, ...(bounds ?? [])]) > maxPairs) return 'part';
  const kept = allows.map((allow): Kept => {
    if (denies.some((deny) => isPlain(deny) && actionsCovered(allow.actions, deny.actions))) return 'nothing';
    if (bounds !== undefined && !bounds.some((bound) => actionsMeet(allow.actions, bound.actions))) return 'nothing';
    if (denies.some((deny) => actionsMeet(allow.actions, deny.actions) && resourcesMeet(allow, deny))) return 'part';
    const whole =
      bounds === undefined || bounds.some((bound) => isPlain(bound) && actionsCovered(allow.actions, bound.actions));
    return whole ? 'all' : 'part';
  });
  if (kept.every((each) => each === 'all')) return 'all';
  return kept.every((each) => each === 'nothing') ? 'nothing' : 'part';
}

function patternsOf(statements: readonly Statement[]): number {
  return statements.reduce((sum, { actions, resources }) => {
    return sum + actions.patterns.length + (resources?.patterns.length ?? 0);
  }, 0);
}

/** Keys that have a value for a user and none for a group. */
const ofCaller = /aws:(principalarn|principaltag\/|username|userid)/i;

function looksAtCaller({ conditions, resources }: Statement): boolean {
  return (
    conditions.some(({ key, wanted }) => ofCaller.test(key) || wanted.some((value) => ofCaller.test(value))) ||
    resources?.patterns.some(({ source }) => ofCaller.test(source)) === true
  );
}

/** Users that policies of resources shut out by name, and whether any policy beyond identities asks who calls. */
const singledOut = perEstate((estate): { readonly names: ReadonlySet<string>; readonly asksWho: boolean } => {
  const names = new Set<string>();
  let asksWho = false;
  for (const { statements } of policiesBeyondIdentities(estate))
    for (const statement of statements) {
      asksWho ||= looksAtCaller(statement);
      const { effect, principals } = statement;
      if (principals !== undefined && principals.not === (effect === 'Allow'))
        for (const name of principals.byType.get('AWS') ?? []) names.add(name);
    }
  return { names, asksWho };
});

function* policiesBeyondIdentities(estate: Estate): Generator<Policy> {
  const written = (document: AwsPolicyDocument | undefined) => (document === undefined ? [] : [policyOf(document)]);
  for (const { data } of estate.all('aws.organization-policy')) yield policyOf(data.Content);
  for (const { data } of estate.all('aws.role')) yield policyOf(data.AssumeRolePolicyDocument);
  for (const kind of ['aws.bucket', 'aws.secret', 'aws.kms-key', 'aws.ecr-repository'] as const)
    for (const { data } of estate.all(kind)) yield* written(data.Policy);
}

function isDeny({ effect }: Statement): boolean {
  return effect === 'Deny';
}

/** On everything, without a condition. */
function isPlain({ resources, conditions }: Statement): boolean {
  const everything = resources?.not === false && resources.patterns.some(({ source }) => source === '*');
  return conditions.length === 0 && everything;
}

/** Whether every action of one selection is surely one of the other. */
function actionsCovered(narrow: Selection, wide: Selection): boolean {
  const [inner, outer] = [folded(narrow), folded(wide)];
  if (!wide.not && outer.includes('*')) return true;
  if (narrow.not) return false;
  return wide.not ? !meetAnywhere(inner, outer) : allCovered(inner, outer);
}

/** Whether some action may be of both. */
function actionsMeet(one: Selection, other: Selection): boolean {
  if (one.not && other.not) return true;
  if (one.not) return !allCovered(folded(other), folded(one));
  if (other.not) return !allCovered(folded(one), folded(other));
  return meetAnywhere(folded(one), folded(other));
}

function allCovered(narrow: readonly string[], wide: readonly string[]): boolean {
  return narrow.every((source) => wide.some((each) => covers(each, source)));
}

function meetAnywhere(some: readonly string[], others: readonly string[]): boolean {
  return some.some((source) => others.some((each) => meet(source, each)));
}

const withoutCase = new WeakMap<Selection, readonly string[]>();

/** Actions have no case. */
function folded(actions: Selection): readonly string[] {
  let known = withoutCase.get(actions);
  if (known === undefined) {
    known = actions.patterns.map(({ source }) => source.toLowerCase());
    withoutCase.set(actions, known);
  }
  return known;
}

/** Patterns with variables and those that select by what they do not name may mean anything. */
function resourcesMeet(one: Statement, other: Statement): boolean {
  const [a, b] = [one.resources, other.resources];
  if (a === undefined || b === undefined || a.not || b.not) return true;
  return a.patterns.some(({ source }) =>
    b.patterns.some((each) => source.includes('${') || each.source.includes('${') || meet(source, each.source)),
  );
}
