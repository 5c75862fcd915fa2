/**
 * Three states of one object: before our step (`before`), as our step left it (`left`), and as it is now (`now`). What we changed
 * and nobody since can be taken back; what only others changed is theirs; what both changed is a conflict that somebody must
 * decide. `merged` is the present state with only our changes taken back: theirs and the conflicts stay as they are now.
 *
 * What must stay true:
 *
 * - merged differs from now only in places where now is exactly what we left;
 * - asked again half-way through, with some places taken back already, the answer leads to the same end;
 * - lists are compared by the identity of their elements (a name, an id, or the element itself), never by position, since
 *   somebody else's element may stand before ours. A list whose elements cannot be told apart is one value;
 * - a text that holds a JSON document in all three states (a policy) is compared inside.
 *
 * Pure; the time is the size of the states times their depth.
 */
import { canonicalJson } from '../kernel/canonical-json.ts';

/** A member's name, or the identity of an element of a list. */
type Token = string;

export interface Difference {
  readonly is: 'ours' | 'theirs' | 'conflict';
  readonly path: readonly Token[];
  /** Undefined where the field is absent. */
  readonly before: unknown;
  readonly left: unknown;
  readonly now: unknown;
}

export interface Merge {
  readonly merged: unknown;
  readonly differences: readonly Difference[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Deeper structure than this is compared as a whole. */
const deepest = 64;
/** Longer lists are, too: identities of a hostile million are not worth it. */
const longest = 10_000;

export function threeWay(before: unknown, left: unknown, now: unknown): Merge {
  const differences: Difference[] = [];
  const merged = merge(before, left, now, [], differences);
  return { merged, differences };
}

function merge(before: unknown, left: unknown, now: unknown, path: readonly Token[], found: Difference[]): unknown {
  if (isSame(left, now) && isSame(before, left)) return now;
  if (path.length < deepest) {
    const inside = mergeInside(before, left, now, path, found);
    if (inside !== undefined) return inside.value;
  }
  if (isSame(left, now)) {
    found.push({ is: 'ours', path, before, left, now });
    return before;
  }
  if (isSame(before, now)) return now;
  found.push({ is: isSame(before, left) ? 'theirs' : 'conflict', path, before, left, now });
  return now;
}

/** The merge of what the three values are made of; undefined where they are not of one kind. */
function mergeInside(
  before: unknown,
  left: unknown,
  now: unknown,
  path: readonly Token[],
  found: Difference[],
): { readonly value: unknown } | undefined {
  if (isFields(left) && isFields(now) && (isFields(before) || before === undefined)) {
    const value = mergeFields(before ?? {}, left, now, path, found);
    return { value: before === undefined && Object.keys(value).length === 0 ? undefined : value };
  }
  if (Array.isArray(before) && Array.isArray(left) && Array.isArray(now)) {
    const identify = identityOf([before, left, now]);
    if (identify === undefined) return undefined;
    const [b, l, n] = [byIdentity(before, identify), byIdentity(left, identify), byIdentity(now, identify)];
    const merged = mergeFields(b, l, n, path, found);
    return { value: inOrder([...now.map(identify), ...before.map(identify)], merged) };
  }
  const documents = [before, left, now].map(documentOf);
  if (documents.every((document) => document !== undefined)) {
    const value = merge(documents[0], documents[1], documents[2], path, found);
    return { value: isSame(value, documents[2]) ? now : isSame(value, documents[0]) ? before : JSON.stringify(value) };
  }
  return undefined;
}

function mergeFields(
  before: Fields,
  left: Fields,
  now: Fields,
  path: readonly Token[],
  found: Difference[],
): Record<string, unknown> {
  const merged: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(now), ...Object.keys(before), ...Object.keys(left)])) {
    const value = merge(own(before, name), own(left, name), own(now, name), [...path, name], found);
    if (value !== undefined) merged.push([name, value]);
  }
  return Object.fromEntries(merged);
}

/** The state with another value at the place of a difference. */
export function withValue(state: unknown, [token, ...rest]: readonly Token[], value: unknown): unknown {
  if (token === undefined) return value;
  if (Array.isArray(state)) {
    const identify = identityOf([state]) ?? canonicalJson;
    const elements = byIdentity(state, identify);
    const next = withValue(own(elements, token), rest, value);
    return inOrder([...state.map(identify), token], { ...elements, [token]: next });
  }
  if (isFields(state)) {
    const next = withValue(own(state, token), rest, value);
    const others = Object.entries(state).filter(([name]) => name !== token);
    return Object.fromEntries(next === undefined ? others : [...others, [token, next]]);
  }
  const document = documentOf(state);
  if (document !== undefined) return JSON.stringify(withValue(document, [token, ...rest], value));
  return Object.fromEntries([[token, withValue(undefined, rest, value)]]);
}

/** RFC 6901, with the identity of an element in place of its position. */
export function pointer(path: readonly Token[]): string {
  return path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What commonly tells elements of a list apart, tried in this order. */
const identities: readonly (readonly string[])[] = [
  ['id'],
  ['Sid'],
  ['key'],
  ['apiGroup', 'kind', 'namespace', 'name'],
  ['name'],
  ['type'],
];

/** A way to name the elements that tells all of each list apart; undefined when there is none. */
function identityOf(lists: readonly (readonly unknown[])[]): ((element: unknown) => Token) | undefined {
  if (lists.some(({ length }) => length > longest)) return undefined;
  const byValue = (element: unknown): Token => canonicalJson(element);
  const named = lists.every((list) => list.every(isFields))
    ? identities.map(
        (names) =>
          (element: unknown): Token | undefined =>
            nameOf(element, names),
      )
    : [];
  for (const identify of [...named, byValue]) {
    const tells = lists.every((list) => {
      const tokens = list.map(identify);
      return !tokens.includes(undefined) && new Set(tokens).size === list.length;
    });
    if (tells) return (element) => identify(element) ?? '';
  }
  return undefined;
}

/** The last of the names must be there; the others may be absent. */
function nameOf(element: unknown, names: readonly string[]): Token | undefined {
  if (!isFields(element)) return undefined;
  const values = names.map((name) => own(element, name));
  if (typeof values.at(-1) !== 'string') return undefined;
  return values
    .map((value) => (typeof value === 'string' ? value : ''))
    .join(' ')
    .trim();
}

function byIdentity(list: readonly unknown[], identify: (element: unknown) => Token): Fields {
  return Object.fromEntries(list.map((element) => [identify(element), element]));
}

function inOrder(tokens: readonly Token[], elements: Fields): unknown[] {
  return [...new Set(tokens)].flatMap((token) => {
    const element = own(elements, token);
    return element === undefined ? [] : [element];
  });
}

function documentOf(value: unknown): Fields | undefined {
  if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return undefined;
  try {
    const document: unknown = JSON.parse(value);
    // what has no canonical form cannot be compared inside
    return isFields(document) && canonicalJson(document) !== '' ? document : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names are foreign: `__proto__` is a field like any other. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || typeof a !== typeof b) return false;
  return canonicalJson(a) === canonicalJson(b);
}
