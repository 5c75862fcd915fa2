/**
 * Identity → resource, by exact evaluation, without drawing principal × resource. What must stay true:
 *
 * - the answer of every pair is the evaluator's; what is done here is only to ask it less often: where nothing that is said
 *   about the action looks at the resource, things of one account and region answer alike, one of them is asked, and one edge
 *   leads to all of them as a group;
 * - a thing with a policy of its own, or behind a key of a customer, is always asked by itself;
 * - whoever cannot decrypt cannot read: the step needs the key as well (AND), and is left out for an identity that may not.
 */
import type { AwsPolicyDocument, DerivedEdge, Estate, FactId, NodeGroup, NodeId } from '@firebreak/contract';
import { type AwsDecision, awsAuthorizer } from './evaluate.ts';
import { type Holder, holdersOf } from './holders.ts';
import { decryption, type KeyUse } from './keys.ts';
import { membershipOf } from './organization.ts';
import { policyOf, type Statement } from './policy/document.ts';
import { patternOf } from './policy/pattern.ts';
import { anybodyId } from './trust.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

/** A resource that may be granted. */
export interface Thing {
  /** What whoever is allowed gets. */
  readonly end: NodeId;
  readonly arn: string;
  /** For people: the last part of its name. */
  readonly name: string;
  /** Undefined where nobody told whose it is. */
  readonly account: string | undefined;
  readonly policy: AwsPolicyDocument | undefined;
  readonly tags: Tags;
  readonly fact: FactId;
  /** The key that what lies in it is encrypted with. */
  readonly key?: KeyUse | undefined;
  /** Nobody gets in by being anybody, whatever its policy says. */
  readonly closed?: boolean;
}

export interface Ask {
  /** Says which things and which right, for the keys of groups: `aws-secrets`. */
  readonly key: string;
  /** A plural for people. */
  readonly label: string;
  readonly action: string;
  readonly things: readonly Thing[];
  /** How the resource part of every ARN begins: `secret:`. */
  readonly prefix: string;
  /** The action is on what lies in the thing (objects of a bucket), by keys behind a slash. */
  readonly inside?: boolean;
  /** The thing's own policy must let everybody in (keys). */
  readonly decides?: boolean;
  /** The action on the key that goes with it. */
  readonly keyAction?: 'kms:Decrypt' | 'kms:GenerateDataKey';
}

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

interface Index {
  /** Things that answer alike, unless a policy looks at them. */
  readonly plain: ReadonlyMap<string, Alike>;
  /** All, by the resource part of their ARN. */
  readonly sorted: readonly { readonly part: string; readonly thing: Thing }[];
  /** Things whose policy names somebody: an ARN, an id, an account. */
  readonly naming: ReadonlyMap<string, readonly Thing[]>;
  /** Things whose policy names everybody, under conditions. */
  readonly conditional: readonly Thing[];
  /** Things that are open to the world. */
  readonly open: readonly Thing[];
}
interface Alike {
  readonly account: string;
  readonly group: NodeGroup;
  readonly things: readonly Thing[];
}

function indexOf(ask: Ask): Index {
  const plain = new Map<string, Thing[]>();
  const naming = new Map<string, Thing[]>();
  const conditional: Thing[] = [];
  const open: Thing[] = [];
  for (const thing of ask.things) {
    if (thing.policy === undefined && thing.key === undefined && thing.account !== undefined)
      push(plain, `${thing.account}:${thing.arn.split(':', 4)[3] ?? ''}`, thing);
    const everybody = opennessOf(thing, ask.action);
    for (const { effect, principals } of thing.policy === undefined ? [] : policyOf(thing.policy).about(ask.action))
      if (effect === 'Allow')
        for (const name of principals?.byType.get('AWS') ?? []) if (name !== '*') push(naming, name, thing);
    if (everybody === 'open') open.push(thing);
    if (everybody !== 'no') conditional.push(thing);
  }
  const alike = [...plain].map(([place, things]): [string, Alike] => [
    place,
    {
      account: things[0]?.account ?? '',
      things,
      group: {
        key: `${ask.key}:${place}`,
        label: `any of the ${ask.label} of ${place.replace(/:$/, '')}`,
        members: () => things.map(({ end, fact }) => ({ node: end, facts: [fact] })),
      },
    },
  ]);
  const sorted = ask.things
    .map((thing) => ({ part: resourcePart(thing.arn), thing }))
    .sort((a, b) => (a.part < b.part ? -1 : 1));
  return { plain: new Map(alike), sorted, naming, conditional, open };
}

/** Whether a thing's own policy lets everybody in, without a condition and without taking it back. */
function opennessOf({ policy, closed }: Thing, action: string): 'no' | 'conditional' | 'open' {
  if (policy === undefined) return 'no';
  const statements = policyOf(policy).about(action);
  const meant = statements.filter(
    ({ effect, principals }) => effect === 'Allow' && (principals?.everybody || principals?.not),
  );
  if (meant.length === 0) return 'no';
  const plain = meant.some(({ principals, conditions }) => principals?.not === false && conditions.length === 0);
  const denied = statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Deny' && principals?.everybody === true && conditions.length === 0,
  );
  return plain && !denied && closed !== true ? 'open' : 'conditional';
}

/** Things that are open to the world. */
export function openThings(things: readonly Thing[], action: string): readonly Thing[] {
  return things.filter((thing) => opennessOf(thing, action) === 'open');
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Everything behind the fifth colon. */
function resourcePart(arn: string): string {
  return arn.split(':').slice(5).join(':');
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

/** Things whose own policy means this identity. */
function named({ naming, conditional, open }: Index, holder: Holder): readonly Thing[] {
  const names = [
    holder.arn,
    holder.uniqueId ?? '',
    holder.account,
    `arn:${holder.partition}:iam::${holder.account}:root`,
  ];
  const sessions =
    holder.kind === 'role' ? [...naming.keys()].filter((name) => name.includes(`:assumed-role/${holder.name}/`)) : [];
  const told = [...names, ...sessions].flatMap((name) => naming.get(name) ?? []);
  // What is open to the world is drawn from the world.
  return [...told, ...conditional.filter((thing) => !open.includes(thing))];
}

/** Things that some allowing statement could mean. */
function candidates(index: Index, allows: readonly Statement[], inside: boolean): ReadonlySet<Thing> {
  const found = new Set<Thing>();
  for (const { resources } of allows) {
    const patterns = resources === undefined || resources.not ? ['*'] : resources.patterns.map(({ source }) => source);
    for (const source of patterns) {
      const part = source.startsWith('arn:') ? resourcePart(source) : '';
      const literal = /^[^*?$]*/.exec(part)?.[0] ?? '';
      // A pattern of what lies in a thing names the thing before the slash.
      const start = inside ? (literal.split('/', 1)[0] ?? '') : literal;
      for (const thing of beginningWith(index.sorted, start)) found.add(thing);
    }
  }
  return found;
}

function* beginningWith(sorted: Index['sorted'], start: string): Generator<Thing> {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.part ?? '') < start) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < sorted.length && sorted[at]?.part.startsWith(start); at += 1) {
    const thing = sorted[at]?.thing;
    if (thing !== undefined) yield thing;
  }
}

/** Every statement that can have a say in it, whoever wrote it. */
function statementsAbout(estate: Estate, holder: Holder, action: string): readonly Statement[] {
  const { service, resource } = membershipOf(estate)(holder.account);
  const sources = [
    ...holder.policies,
    ...(holder.boundary?.source === undefined ? [] : [holder.boundary.source]),
    ...service.flatMap((level) => level.sources),
    ...resource,
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

function matches(pattern: string, text: string): boolean {
  return (
    patternOf(pattern, { variables: false, wild: true }).matches(
      text,
      () => 'unknown',
      () => {},
    ) === 2
  );
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

/** Names of things inside that are tried. */
const maxSamples = 16;
/** A name that no pattern means by chance. */
const anyName = 'firebreak-any-name';

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
    ...(thing.account === undefined ? {} : { resourceAccount: thing.account }),
    ...(thing.policy === undefined ? {} : { resourcePolicy: thing.policy }),
    ...(ask.decides === undefined ? {} : { resourceDecides: ask.decides }),
  };
  if (ask.inside !== true) {
    const answer = decide({ ...request, resource: thing.arn });
    return answer.decision === 'deny' ? undefined : answer;
  }
  let best: (AwsDecision & { readonly part?: string }) | undefined;
  for (const [name, part] of samples(ask, holder, thing)) {
    const answer = decide({ ...request, resource: `${thing.arn}/${name}` });
    if (answer.decision === 'deny') continue;
    const whole = { ...answer, ...(part === undefined ? {} : { part }) };
    if (answer.decision === 'allow') return whole;
    best ??= whole;
  }
  return best;
}

/** Names inside a thing that allowing statements could mean: any name first, then one for each pattern. */
function samples(ask: Ask, holder: Holder, thing: Thing): ReadonlyMap<string, string | undefined> {
  const names = new Map<string, string | undefined>([[anyName, undefined]]);
  const policies = [
    ...holder.policies.map(({ policy }) => policy),
    ...(thing.policy === undefined ? [] : [policyOf(thing.policy)]),
  ];
  for (const policy of policies)
    for (const { effect, resources } of policy.about(ask.action)) {
      if (effect !== 'Allow' || resources === undefined || resources.not) continue;
      for (const { source } of resources.patterns) {
        const rest = resourcePart(source);
        const slash = rest.indexOf('/');
        if (slash < 0 || names.size >= maxSamples || !matches(rest.slice(0, slash), thing.name)) continue;
        const part = rest.slice(slash + 1);
        if (part === '*') continue;
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, as policies write it
        names.set(part.replace('${aws:username}', holder.name).replace(/\*/g, anyName).replace(/\?/g, 'x'), part);
      }
    }
  return names;
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
