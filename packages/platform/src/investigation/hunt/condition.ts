/**
 * A hunt → what decides of an event, and what an index can say beforehand. What must stay true: the wish lets everything through that
 * the condition does; it only spares looking.
 */
import type { NodeId, NormalEvent } from '@firebreak/contract';
import { actingNodes } from '../../events/acting-nodes.ts';
import { openTermOf, termOf } from '../../events/columns/block-columns.ts';
import type { KeptEvent } from '../../events/kept-event.ts';
import type { EventWish } from '../../events/store.ts';
import { matchesPattern } from '../../inventory/query/pattern.ts';
import type { Pattern } from '../../inventory/query/syntax.ts';
import { holds } from '../../inventory/query/times.ts';
import { valuesAt } from './raw-values.ts';
import type { HuntField, HuntQuery } from './syntax.ts';

/** The ids by which logs name the node that a person means by a text; empty where the estate has none. */
export type IdsInLogs = (text: string) => readonly NodeId[];

/** Parsed once for all terms. */
interface Looked {
  readonly event: NormalEvent;
  readonly rawText: string;
  readonly raw: unknown;
  /** False when it certainly does not hold the bytes. */
  mayHold(bytes: Buffer): boolean;
}

type Test = (looked: Looked) => boolean;

/** @throws what `ids` throws for a name that several nodes have */
export function conditionOf(query: HuntQuery, ids: IdsInLogs): (kept: KeptEvent) => boolean {
  const test = testOf(query, ids);
  return (kept) => test(new Looking(kept));
}

/** The values of a field of an event, as text. */
export function valuesOf(field: HuntField, kept: KeptEvent): readonly string[] {
  return textsOf(field, new Looking(kept));
}

class Looking implements Looked {
  readonly #kept: KeptEvent;
  #raw: { readonly value: unknown } | undefined;

  constructor(kept: KeptEvent) {
    this.#kept = kept;
  }

  get event(): NormalEvent {
    return this.#kept.event;
  }

  get rawText(): string {
    return this.#kept.rawText;
  }

  mayHold(bytes: Buffer): boolean {
    return this.#kept.holds?.(bytes) ?? true;
  }

  get raw(): unknown {
    this.#raw ??= { value: this.#kept.raw };
    return this.#raw.value;
  }
}

function testOf(query: HuntQuery, ids: IdsInLogs): Test {
  switch (query.is) {
    case 'everything':
      return () => true;
    case 'and': {
      const tests = inOrderOfCost(query.of).map((each) => testOf(each, ids));
      return (looked) => tests.every((test) => test(looked));
    }
    case 'or': {
      const tests = inOrderOfCost(query.of).map((each) => testOf(each, ids));
      return (looked) => tests.some((test) => test(looked));
    }
    case 'not': {
      const test = testOf(query.of, ids);
      return (looked) => !test(looked);
    }
    case 'has':
      return (looked) => textsOf(query.field, looked).length > 0;
    case 'number':
      return ({ raw }) =>
        valuesAt(raw, query.path).some((text) => text.trim() !== '' && holds(Number(text), query.compare, query.value));
    case 'time': {
      const at = Date.parse(query.at);
      return ({ event }) => holds(Date.parse(event.time), query.compare, at);
    }
    case 'text':
      return textTest(query.field, query.values, ids);
  }
}

function textTest(field: HuntField, values: readonly Pattern[], ids: IdsInLogs): Test {
  const { exact, nodes, patterns } = sorted(field, values, ids);
  // The form is ours, and always written in the same way.
  const written = [...nodes].map((id) => Buffer.from(JSON.stringify(id)));
  const mayHave = field.name === 'raw' && patterns.length === 0 ? mayHold([...exact]) : () => true;
  return (looked) =>
    (written.some((id) => looked.mayHold(id)) && nodesOf(field, looked.event).some((id) => nodes.has(id))) ||
    ((exact.size > 0 || patterns.length > 0) &&
      mayHave(looked) &&
      textsOf(field, looked).some(
        (text) => exact.has(text) || patterns.some((pattern) => matchesPattern(pattern, text)),
      ));
}

/** The values of a term: whole texts, nodes that they mean, and patterns. @throws what `ids` throws for a name that several nodes have */
export function sorted(
  field: HuntField,
  values: readonly Pattern[],
  ids: IdsInLogs,
): { readonly exact: ReadonlySet<string>; readonly nodes: ReadonlySet<NodeId>; readonly patterns: readonly Pattern[] } {
  const exact = new Set<string>();
  const nodes = new Set<string>();
  const patterns: Pattern[] = [];
  for (const value of values) {
    const named = nodesMeant(field, value, ids);
    if (named !== undefined) for (const id of named) nodes.add(id);
    else if (value.length === 1) exact.add(value[0] as string);
    else patterns.push(value);
  }
  return { exact, nodes, patterns };
}

/** Text that JSON writes as it is, and a number does not look like. */
const isPlain = /^[A-Za-z0-9 _.:@-]*[A-Za-df-z_:@][A-Za-z0-9 _.:@-]*$/;

/** Whether one of the values may be in an event at all: parsing is what a hunt spends its time on. */
function mayHold(values: readonly string[]): Test {
  if (!values.every((value) => isPlain.test(value))) return () => true;
  // Some write any character by its number.
  const needles = [...values, '\\u'].map((value) => Buffer.from(value));
  return (looked) => needles.some((needle) => looked.mayHold(needle));
}

/** Of a whole value: the nodes that it means, by the estate or because it is written as ids are. Undefined for a text. */
function nodesMeant({ name }: HuntField, value: Pattern, ids: IdsInLogs): readonly NodeId[] | undefined {
  const [text, ...more] = value;
  if (text === undefined || more.length > 0 || !(name === 'actor' || name === 'credential' || name === 'target'))
    return undefined;
  const found = ids(text);
  return found.length > 0 ? found : isNodeId.test(text) ? [text] : undefined;
}

const isNodeId = /^[a-z][a-z0-9-]*:[A-Za-z][\w.]*\//;

function nodesOf({ name }: HuntField, { actor, targets }: NormalEvent): readonly NodeId[] {
  if (name === 'target') return targets;
  if (name === 'credential') return present(actor.credential);
  return [...present(actor.id, actor.credential, actor.behind), ...(actor.also ?? [])];
}

function textsOf(field: HuntField, looked: Looked): readonly string[] {
  const { event } = looked;
  const { actor } = event;
  switch (field.name) {
    case 'actor':
      return [actor.name, ...nodesOf(field, event)];
    case 'credential':
    case 'target':
      return nodesOf(field, event);
    case 'session':
    case 'address':
    case 'agent':
      return present(actor[field.name]);
    case 'format':
      return [event.source.format];
    case 'reason':
      return present(event.reason);
    case 'raw':
      return field.path === '' ? [looked.rawText] : valuesAt(looked.raw, field.path);
    default:
      return [event[field.name]];
  }
}

const present = (...texts: readonly (string | undefined)[]) => texts.filter((text) => text !== undefined);

/** What needs the raw event parsed comes last. */
function inOrderOfCost(queries: readonly HuntQuery[]): HuntQuery[] {
  const cost = (query: HuntQuery): number => {
    if (query.is === 'and' || query.is === 'or') return Math.max(...query.of.map(cost));
    if (query.is === 'not') return cost(query.of);
    return query.is === 'number' || ((query.is === 'text' || query.is === 'has') && query.field.name === 'raw') ? 1 : 0;
  };
  return queries.toSorted((a, b) => cost(a) - cost(b));
}

/** What every event that the query means has for certain. */
export function wishOf(query: HuntQuery, ids: IdsInLogs): EventWish {
  switch (query.is) {
    case 'and':
      return query.of.map((each) => wishOf(each, ids)).reduce(bothWishes, {});
    case 'or':
      return query.of.map((each) => wishOf(each, ids)).reduce(eitherWish);
    case 'time': {
      const { compare, at } = query;
      if (compare === '=') return { since: at, until: at };
      return compare.startsWith('>') ? { since: at } : { until: at };
    }
    case 'text':
      return textWish(query.field, query.values, ids);
    default:
      return {};
  }
}

function textWish(field: HuntField, values: readonly Pattern[], ids: IdsInLogs): EventWish {
  const terms = termWish(field, values, ids);
  return { ...listWish(field, values, ids), ...(terms === undefined ? {} : { terms: [terms] }) };
}

/** Of blocks with columns: one of these is in them. Undefined where that cannot be said. */
function termWish(field: HuntField, values: readonly Pattern[], ids: IdsInLogs): readonly number[] | undefined {
  if (field.name === 'raw' && field.path === '') return undefined;
  const columns = columnsOfField(field);
  const terms = columns.map(openTermOf);
  for (const value of values) {
    const texts = nodesMeant(field, value, ids) ?? (value.length === 1 ? value : undefined);
    if (texts === undefined) return undefined;
    for (const column of columns) for (const text of texts) terms.push(termOf(column, text));
  }
  return [...new Set(terms)];
}

/** The columns (`events/columns/`) that a field's values stand in. */
export function columnsOfField(field: HuntField): readonly string[] {
  if (field.name === 'raw') return [`raw.${field.path}`];
  return field.name === 'actor' ? ['actor', 'name'] : [field.name];
}

function listWish(field: HuntField, values: readonly Pattern[], ids: IdsInLogs): EventWish {
  if (field.name === 'operation' || field.name === 'format') {
    if (values.some(({ length }) => length > 1)) return {};
    const texts = values.map(([text = '']) => text);
    return field.name === 'operation' ? { operations: texts } : { formats: texts };
  }
  if (field.name !== 'actor' && field.name !== 'credential' && field.name !== 'target') return {};
  const nodes: NodeId[] = [];
  for (const value of values) {
    const named = nodesMeant(field, value, ids);
    // Groups act in too many events to be found by: the index leaves them out.
    if (named === undefined || named.some(isNoActor)) return {};
    nodes.push(...named);
  }
  return field.name === 'target' ? { targets: nodes } : { actors: nodes };
}

const isNoActor = (id: NodeId) =>
  actingNodes({ actor: { name: '', also: [id] } } as unknown as NormalEvent).length === 0;

const lists = ['actors', 'targets', 'operations', 'formats'] as const;

/** Of two wishes that both hold. Of two lists for the same one is enough: the condition decides. */
export function bothWishes(a: EventWish, b: EventWish): EventWish {
  const terms = [...(a.terms ?? []), ...(b.terms ?? [])];
  return {
    ...b,
    ...a,
    ...(terms.length === 0 ? {} : { terms }),
    ...limits(later(a.since, b.since), sooner(a.until, b.until)),
  };
}

function eitherWish(a: EventWish, b: EventWish): EventWish {
  const both: { -readonly [name in keyof EventWish]: EventWish[name] } = limits(
    a.since !== undefined && b.since !== undefined ? sooner(a.since, b.since) : undefined,
    a.until !== undefined && b.until !== undefined ? later(a.until, b.until) : undefined,
  );
  for (const list of lists) {
    const [left, right] = [a[list], b[list]];
    if (left !== undefined && right !== undefined) both[list] = [...left, ...right];
  }
  // One of each side would be more exact; one of all is enough, and stays short.
  const [left, right] = [a.terms?.[0], b.terms?.[0]];
  if (left !== undefined && right !== undefined) both.terms = [[...new Set([...left, ...right])]];
  return both;
}

function limits(since: string | undefined, until: string | undefined): EventWish {
  return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

function sooner(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
