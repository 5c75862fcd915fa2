/** Resources that may be granted, found by how their ARNs begin and by whom their own policies name. */
import type { AwsPolicyDocument, FactId, NodeGroup, NodeId } from '@firebreak/contract';
import type { Holder } from './holders.ts';
import type { KeyUse } from './keys.ts';
import { policyOf, type Statement } from './policy/document.ts';

export type Tags = readonly { readonly Key: string; readonly Value: string }[];

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
  /** Whether `tags` are all that it has. */
  readonly tagsTold: boolean;
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

export interface Index {
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

export function indexOf(ask: Ask): Index {
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
      effect === 'Deny' && (principals?.everybody || principals?.not) && conditions.length === 0,
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
export function resourcePart(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

/** Things whose own policy means this identity. */
export function named({ naming, conditional, open }: Index, holder: Holder): readonly Thing[] {
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
export function candidates(index: Index, allows: readonly Statement[], inside: boolean): ReadonlySet<Thing> {
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
