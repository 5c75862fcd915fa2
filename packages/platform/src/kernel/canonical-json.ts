/**
 * One value, one text: RFC 8785. Digests of plans, ledger records and before-states are taken over this text, so two
 * things must stay true:
 *
 * - the same value gives the same text on every machine and in every language (hence no lone surrogates, no NaN);
 * - different values give different texts. `canonicalize` writes what `JSON.stringify` would, which turns a Map into `{}`,
 *   a hole in a list into `null` and a function into nothing. Such values are refused here before they get there.
 *
 * One thing is let through: a member whose value is `undefined` counts as absent, because that is what it means to
 * everybody who reads the object.
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
  refuseUnlessPlain(value, [], 0);
  return canonicalize(value) as string;
}

function refuseUnlessPlain(value: unknown, path: (string | number)[], depth: number): void {
  switch (typeof value) {
    case 'boolean':
      return;
    case 'string':
      if (!value.isWellFormed()) refuse('a lone surrogate', path);
      return;
    case 'number':
      if (!Number.isFinite(value)) refuse(String(value), path);
      return;
    case 'object':
      break;
    default:
      refuse(typeof value, path);
  }
  if (value === null) return;
  if (depth >= maximumDepth) refuse('a cycle, or nesting that is too deep,', path.slice(0, 8));
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index);
      refuseUnlessPlain(value[index], path, depth + 1);
      path.pop();
    }
    return;
  }
  const object = value as Record<string, unknown>;
  const prototype: unknown = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || typeof object.toJSON === 'function') {
    refuse(`an object that is not plain (${object.constructor?.name ?? 'toJSON'})`, path);
  }
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    path.push(key);
    if (!key.isWellFormed()) refuse('a lone surrogate in a name', path);
    refuseUnlessPlain(member, path, depth + 1);
    path.pop();
  }
}

function refuse(what: string, path: readonly (string | number)[]): never {
  const place = path.length === 0 ? 'at the top' : `at ${path.join('.').toWellFormed().slice(0, 200)}`;
  throw new TypeError(`canonical JSON cannot express ${what} ${place}`);
}
