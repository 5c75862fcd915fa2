/**
 * The two patch formats that actions use: JSON merge patch (RFC 7386) and JSON patch (RFC 6902). Both are pure and leave
 * their input alone. A member named `__proto__` becomes an own property like any other.
 */
import { isDeepStrictEqual } from 'node:util';
import { record } from '../../../intake/foreign.ts';

export type Patched = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

export function mergePatch(target: unknown, patch: unknown): unknown {
  const change = record(patch);
  if (change === undefined) return patch;
  const result = new Map(Object.entries(record(target) ?? {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

/** Applies the operations in order; the first that fails ends it, and nothing is applied. */
export function jsonPatch(target: unknown, operations: unknown): Patched {
  if (!Array.isArray(operations)) return { ok: false, reason: 'a JSON patch is a list of operations' };
  let value = target;
  for (const [index, entry] of operations.entries()) {
    const operation = record(entry);
    if (operation === undefined) return { ok: false, reason: `operation ${index} is not an object` };
    const result = applyOperation(value, operation);
    if (!result.ok) return { ok: false, reason: `operation ${index}: ${result.reason}` };
    value = result.value;
  }
  return { ok: true, value };
}

function applyOperation(value: unknown, operation: Readonly<Record<string, unknown>>): Patched {
  const path = pointer(operation.path);
  if (path === undefined) return { ok: false, reason: 'path is not a JSON pointer' };
  switch (operation.op) {
    case 'test': {
      const found = lookUp(value, path);
      // As the API server's library has it (evanphx/json-patch): an absent member of an object that is there equals null.
      if (!found.ok) {
        const parent = lookUp(value, path.slice(0, -1));
        return operation.value === null && parent.ok && record(parent.value) !== undefined
          ? { ok: true, value }
          : found;
      }
      return isDeepStrictEqual(found.value, operation.value)
        ? { ok: true, value }
        : { ok: false, reason: 'test failed' };
    }
    case 'add':
      return write(value, path, 'add', operation.value);
    case 'replace':
      return write(value, path, 'replace', operation.value);
    case 'remove':
      return write(value, path, 'remove', undefined);
    case 'copy':
    case 'move': {
      const from = pointer(operation.from);
      if (from === undefined) return { ok: false, reason: 'from is not a JSON pointer' };
      const found = lookUp(value, from);
      if (!found.ok) return found;
      const without = operation.op === 'move' ? write(value, from, 'remove', undefined) : { ok: true as const, value };
      return without.ok ? write(without.value, path, 'add', found.value) : without;
    }
    default:
      return { ok: false, reason: 'unknown operation' };
  }
}

/** RFC 6901; undefined when it is not one. The empty pointer is the whole document. */
function pointer(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'string') return undefined;
  if (value === '') return [];
  if (!value.startsWith('/')) return undefined;
  return value
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookUp(value: unknown, path: readonly string[]): Patched {
  let current = value;
  for (const part of path) {
    if (Array.isArray(current)) {
      const index = arrayIndex(part, current.length - 1);
      if (index === undefined) return { ok: false, reason: `no such index ${part}` };
      current = current[index];
    } else {
      const object = record(current);
      if (object === undefined || !Object.hasOwn(object, part)) return { ok: false, reason: `no such field ${part}` };
      current = object[part];
    }
  }
  return { ok: true, value: current };
}

function write(value: unknown, path: readonly string[], how: 'add' | 'replace' | 'remove', entry: unknown): Patched {
  const [part, ...rest] = path;
  if (part === undefined)
    return how === 'remove' ? { ok: false, reason: 'cannot remove all' } : { ok: true, value: entry };
  if (Array.isArray(value)) return writeArray(value, part, rest, how, entry);
  const object = record(value);
  if (object === undefined) return { ok: false, reason: `no such field ${part}` };
  const fields = new Map(Object.entries(object));
  if (rest.length > 0) {
    const inner = fields.has(part) ? write(fields.get(part), rest, how, entry) : undefined;
    if (inner === undefined) return { ok: false, reason: `no such field ${part}` };
    if (!inner.ok) return inner;
    fields.set(part, inner.value);
  } else {
    if (how !== 'add' && !fields.has(part)) return { ok: false, reason: `no such field ${part}` };
    if (how === 'remove') fields.delete(part);
    else fields.set(part, entry);
  }
  return { ok: true, value: Object.fromEntries(fields) };
}

function writeArray(
  list: readonly unknown[],
  part: string,
  rest: readonly string[],
  how: 'add' | 'replace' | 'remove',
  entry: unknown,
): Patched {
  const inserting = how === 'add' && rest.length === 0;
  const index = inserting && part === '-' ? list.length : arrayIndex(part, inserting ? list.length : list.length - 1);
  if (index === undefined) return { ok: false, reason: `no such index ${part}` };
  if (rest.length === 0) {
    const spliced = how === 'remove' ? list.toSpliced(index, 1) : list.toSpliced(index, inserting ? 0 : 1, entry);
    return { ok: true, value: spliced };
  }
  const inner = write(list[index], rest, how, entry);
  return inner.ok ? { ok: true, value: list.with(index, inner.value) } : inner;
}

function arrayIndex(part: string, last: number): number | undefined {
  if (!/^(0|[1-9]\d{0,8})$/.test(part)) return undefined;
  const index = Number(part);
  return index <= last ? index : undefined;
}
