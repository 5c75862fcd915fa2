/**
 * One value, one text: RFC 8785. Digests of plans, ledger records and before-states are taken over this text, so two
 * things must stay true:
 *
 * - the same value gives the same text on every machine and in every language (hence no lone surrogates, no NaN);
 * - different values give different texts. `JSON.stringify` turns a Map into `{}`, a hole in a list into `null` and a
 *   function into nothing. Such values are refused here before they get there.
 *
 * One thing is let through: a member whose value is `undefined` counts as absent, because that is what it means to
 * everybody who reads the object.
 *
 * RFC 8785 is JavaScript's own serialisation with sorted names, so an ordered copy and the engine's `JSON.stringify` do
 * it, three times as fast as the library. Names that an object would not keep in the order of their insertion (array
 * indexes, `__proto__`) are left to the library.
 */
import canonicalize from 'canonicalize';

/** Deeper nesting is refused, so that whoever walks the value again by recursion is safe. */
const maximumDepth = 500;

/**
 * The RFC 8785 text of a plain JSON value.
 *
 * @throws TypeError for anything that JSON cannot say exactly: `undefined` (except as a member), NaN and infinities,
 * bigints, functions, symbols, objects other than plain ones and arrays (also those with `toJSON`: convert them first),
 * lone surrogates, cycles and nesting beyond 500. The message names the place.
 */
export function canonicalJson(value: unknown): string {
  const walk: Walk = { path: [], orderable: true };
  const copy = ordered(value, walk);
  return walk.orderable ? JSON.stringify(copy) : (canonicalize(value) as string);
}

interface Walk {
  readonly path: (string | number)[];
  /** Whether a copy can have its names in canonical order. */
  orderable: boolean;
}

/** A copy with sorted names and without undefined members; refuses what is not plain JSON. */
function ordered(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value.isWellFormed() ? value : refuse('a lone surrogate', walk);
    case 'number':
      return Number.isFinite(value) ? value : refuse(String(value), walk);
    case 'object':
      break;
    default:
      refuse(typeof value, walk);
  }
  if (value === null) return value;
  if (walk.path.length >= maximumDepth) refuse('a cycle, or nesting that is too deep,', walk);
  return Array.isArray(value) ? orderedList(value, walk) : orderedObject(value as Record<string, unknown>, walk);
}

function orderedList(list: readonly unknown[], walk: Walk): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index += 1) {
    walk.path.push(index);
    copy.push(ordered(list[index], walk));
    walk.path.pop();
  }
  return copy;
}

function orderedObject(object: Record<string, unknown>, walk: Walk): Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || typeof object.toJSON === 'function') {
    refuse(`an object that is not plain (${object.constructor?.name ?? 'toJSON'})`, walk);
  }
  const copy: Record<string, unknown> = {};
  for (const key of sorted(Object.keys(object))) {
    const member = object[key];
    if (member === undefined) continue;
    walk.path.push(key);
    if (!key.isWellFormed()) refuse('a lone surrogate in a name', walk);
    if (movesInObjects(key)) walk.orderable = false;
    copy[key] = ordered(member, walk);
    walk.path.pop();
  }
  return copy;
}

/** By UTF-16 code units, as the RFC demands. Names mostly come sorted already, and looking is cheaper than sorting. */
function sorted(names: string[]): string[] {
  for (let at = 1; at < names.length; at += 1) {
    if ((names[at] as string) < (names[at - 1] as string)) return names.sort();
  }
  return names;
}

/** Array indexes come first in every object, whenever they were put in, and `__proto__` cannot be put in at all. */
function movesInObjects(name: string): boolean {
  const first = name.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || name === '__proto__';
}

function refuse(what: string, { path }: Walk): never {
  const place = path.length === 0 ? 'at the top' : `at ${path.slice(0, 8).join('.').toWellFormed().slice(0, 200)}`;
  throw new TypeError(`canonical JSON cannot express ${what} ${place}`);
}
