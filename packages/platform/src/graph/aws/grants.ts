/**
 * Identity → resource, by exact evaluation, without drawing principal × resource. What must stay true:
 *
 * - the answer of every pair is the evaluator's; what is done here is only to ask it less often: where nothing that is said
 *   about the action looks at the resource, things of one account and region answer alike, one of them is asked, and one edge
 *   leads to all of them as a group;
 * - a thing with a policy of its own, or behind a key of a customer, is always asked by itself;
 * - whoever cannot decrypt cannot read: the step needs the key as well (AND), and is left out for an identity that may not.
 */
import type { DerivedEdge, Estate } from '@firebreak/contract';
import { type AwsDecision, awsAuthorizer } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { samples } from './inside.ts';
import { decryption } from './keys.ts';
import { membershipOf } from './organization.ts';
import type { Statement } from './policy/document.ts';
import { matches } from './policy/pattern.ts';
import { type Ask, candidates, type Index, indexOf, named, type Tags, type Thing } from './thing-index.ts';
import { anybodyId } from './trust.ts';

/** Every identity that may do it, to each thing or to groups of them. Service-linked roles are nobody's to take. */
export function* grantEdges(estate: Estate, ask: Ask): Generator<DerivedEdge> {
  if (ask.things.length === 0) return;
  const index = indexOf(ask);
  yield* toEverybody(index);
  for (const holder of holdersOf(estate).values()) {
    if (holder.serviceLinked) continue;
    yield* edgesOf(estate, ask, index, holder);
  }
}

function* toEverybody({ open }: Index): Generator<DerivedEdge> {
  for (const { end: to, fact, key } of open)
    if (key === undefined) yield { from: anybodyId, to, facts: [fact], note: 'its policy lets everybody in' };
}

function* edgesOf(estate: Estate, ask: Ask, index: Index, holder: Holder): Generator<DerivedEdge> {
  const asked = new Set<Thing>(named(index, holder));
  if (awsAuthorizer(estate).mayEver(holder.id, ask.action)) {
    const said = statementsAbout(estate, holder, ask.action);
    const alike = new Set<Thing>();
    for (const place of index.plain.values()) {
      const [first] = place.things;
      if (first === undefined || place.account !== holder.account) continue;
      if (!said.every((statement) => isBlind(statement, first, ask))) continue;
      for (const thing of place.things) alike.add(thing);
      const edge = edgeTo(estate, ask, holder, first);
      if (edge !== undefined)
        yield { ...edge, to: place.group, facts: edge.facts.filter((fact) => fact !== first.fact) };
    }
    const allows = holder.policies
      .flatMap(({ policy }) => policy.about(ask.action))
      .filter(({ effect }) => effect === 'Allow');
    for (const thing of candidates(index, allows, ask.inside === true)) if (!alike.has(thing)) asked.add(thing);
  }
  for (const thing of asked) {
    const edge = edgeTo(estate, ask, holder, thing);
    if (edge !== undefined) yield edge;
  }
}

/** Every statement that can have a say in it, whoever wrote it. */
function statementsAbout(estate: Estate, holder: Holder, action: string): readonly Statement[] {
  const { service, resource } = membershipOf(estate)(holder.account);
  const sources = [
    ...holder.policies,
    ...(holder.boundary?.source === undefined ? [] : [holder.boundary.source]),
    ...[...service, ...resource].flatMap((level) => level.sources),
  ];
  return sources.flatMap(({ policy }) => policy.about(action));
}

/** Keys whose value hangs on the resource. */
const looksAtResource = /^aws:resource|^aws:requestedregion$|resourcetag\//i;

/**
 * Whether a statement says the same of all things that differ from `thing` in the resource part of their ARN only: its
 * patterns mean all of them or none.
 */
function isBlind({ resources, conditions }: Statement, thing: Thing, { prefix, inside }: Ask): boolean {
  if (conditions.some(({ key }) => looksAtResource.test(key))) return false;
  if (resources === undefined) return true;
  const place = thing.arn.split(':').slice(0, 5);
  return resources.patterns.every(({ source }) => {
    if (source === '*') return true;
    const parts = source.split(':');
    if (parts.length < 6 || source.includes('${')) return false;
    if (!place.every((part, at) => matches(parts[at] ?? '', part))) return true;
    const rest = parts.slice(5).join(':');
    return rest === '*' || rest === `${prefix}*` || (inside === true && rest === '*/*');
  });
}

function edgeTo(estate: Estate, ask: Ask, holder: Holder, thing: Thing): DerivedEdge | undefined {
  const found = allowed(estate, ask, holder, thing);
  if (found === undefined) return undefined;
  const needed =
    thing.key === undefined || ask.keyAction === undefined
      ? open
      : decryption(estate, holder, thing.key, ask.keyAction);
  if (needed === undefined) return undefined;
  const { decision, keys, facts } = found;
  const notes = [
    ...(decision === 'depends' ? [`depends on ${keys.join(', ')}`] : []),
    ...(found.part === undefined ? [] : [`only ${found.part}`]),
    ...(needed.note === undefined ? [] : [needed.note]),
  ];
  const likelihood = (decision === 'depends' ? 0.5 : 1) * (found.part === undefined ? 1 : 0.8) * needed.likelihood;
  return {
    from: holder.id,
    to: thing.end,
    facts: [...new Set([...(facts.length === 0 ? holder.facts : facts), thing.fact, ...needed.facts])],
    ...(needed.with === undefined ? {} : { with: [needed.with] }),
    ...(likelihood === 1 ? {} : { likelihood }),
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  };
}
const open = { likelihood: 1, facts: [], with: undefined, note: undefined };

/** What the evaluator says, unless it is no. `part`: the pattern, where it is not everything inside. */
function allowed(
  estate: Estate,
  ask: Ask,
  holder: Holder,
  thing: Thing,
): (AwsDecision & { readonly part?: string }) | undefined {
  const { decide } = awsAuthorizer(estate);
  const request = {
    principal: holder.id,
    action: ask.action,
    context: tagContext(ask.action, thing.tags),
    tagsTold: thing.tagsTold,
    ...(thing.account === undefined ? {} : { resourceAccount: thing.account }),
    ...(thing.policy === undefined ? {} : { resourcePolicy: thing.policy }),
    ...(ask.decides === undefined ? {} : { resourceDecides: ask.decides }),
  };
  if (ask.inside !== true) {
    const answer = decide({ ...request, resource: thing.arn });
    return answer.decision === 'deny' ? undefined : answer;
  }
  let best: (AwsDecision & { readonly part?: string }) | undefined;
  for (const [name, part] of samples(ask.action, holder, thing)) {
    const answer = decide({ ...request, resource: `${thing.arn}/${name}` });
    if (answer.decision === 'deny') continue;
    const whole = { ...answer, ...(part === undefined ? {} : { part }) };
    if (answer.decision === 'allow') return whole;
    best ??= whole;
  }
  return best;
}

/** Tags of a resource, by the condition keys under which policies ask for them. */
function tagContext(action: string, tags: Tags): Readonly<Record<string, string>> {
  const service = action.split(':', 1)[0] ?? '';
  return Object.fromEntries(
    tags.flatMap(({ Key, Value }) => [
      [`aws:ResourceTag/${Key}`, Value],
      [`${service}:ResourceTag/${Key}`, Value],
    ]),
  );
}
