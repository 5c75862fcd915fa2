/**
 * Changing one field of an object, and changing it back, as JSON patches (RFC 6902).
 *
 * Most levers are one field: replicas, suspend, unschedulable, a node selector. What must stay true:
 *
 * - a patch holds only if the object is still the one that was read (uid) and the field still has the value that was read,
 *   so nobody's change in between is overwritten; the rest of the object may change freely, as status always does;
 * - putting back leaves no trace: parents that had to be made for the field go away again if nothing else is in them;
 * - the test for "the field is absent" is `null`, which the API server's patch library takes to mean exactly that.
 */
import { isDeepStrictEqual } from 'node:util';
import { at, type Foreign, record } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';
import { present, uidOf } from './object-meta.ts';

export interface PatchOperation {
  readonly op: 'test' | 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** The operation that makes a patch apply to this very object and to no later one of the same name. */
export function sameObject(object: ApiObject): readonly PatchOperation[] {
  const uid = uidOf(object);
  return uid === undefined ? [] : [{ op: 'test', path: '/metadata/uid', value: uid }];
}

/** Sets a field, or removes it when `value` is undefined. Empty when the object already has it so. */
export function setField(object: ApiObject, path: readonly string[], value: unknown): readonly PatchOperation[] {
  const found = present(object, ...path);
  if (isDeepStrictEqual(found, value)) return [];
  const guard = sameObject(object);
  if (found !== undefined) {
    const expected: PatchOperation = { op: 'test', path: pointer(path), value: found };
    return value === undefined
      ? [...guard, expected, { op: 'remove', path: pointer(path) }]
      : [...guard, expected, { op: 'replace', path: pointer(path), value }];
  }
  // The longest part of the path that has to be made, with the value nested into it.
  let depth = path.length;
  while (depth > 1 && record(at(object, ...path.slice(0, depth - 1))) === undefined) depth -= 1;
  const missing = pointer(path.slice(0, depth));
  const nested = path.slice(depth).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return [...guard, { op: 'test', path: missing, value: null }, { op: 'add', path: missing, value: nested }];
}

/** Gives a field back the value that it has in `before`, and takes away parents that only existed for it. */
export function putFieldBack(now: ApiObject, before: ApiObject, path: readonly string[]): readonly PatchOperation[] {
  const value = present(before, ...path);
  if (value !== undefined) return setField(now, path, value);
  for (let depth = 1; depth < path.length; depth += 1) {
    const parent = path.slice(0, depth);
    if (present(before, ...parent) !== undefined) continue;
    if (holdsOnly(at(now, ...parent), path.slice(depth))) return setField(now, parent, undefined);
  }
  return setField(now, path, undefined);
}

/** Whether a field has the same value in both. */
export function sameField(a: ApiObject, b: ApiObject, path: readonly string[]): boolean {
  return isDeepStrictEqual(present(a, ...path), present(b, ...path));
}

/** Whether every level below holds the next key of the path and nothing else. */
function holdsOnly(value: unknown, path: readonly string[]): boolean {
  let here = value;
  for (const key of path) {
    const fields: Foreign = record(here) ?? {};
    const keys = Object.keys(fields);
    if (keys.length !== 1 || keys[0] !== key) return false;
    here = fields[key];
  }
  return true;
}

/** JSON pointer (RFC 6901). */
function pointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
