/** The value at a path of an event, for the few values that are not a rule's: group keys, time, id. */

/** Own keys only; a list stands for its first item; the last keys may be one key with dots. */
export function foreignAt(event: unknown, path: readonly string[]): unknown {
  let value: unknown = event;
  for (const [index, key] of path.entries()) {
    for (let depth = 0; Array.isArray(value) && depth < 16; depth += 1) value = value[0];
    if (typeof value !== 'object' || value === null) return undefined;
    if (Object.hasOwn(value, key)) {
      value = (value as Readonly<Record<string, unknown>>)[key];
      continue;
    }
    const joined = path.slice(index).join('.');
    return Object.hasOwn(value, joined) ? first((value as Readonly<Record<string, unknown>>)[joined]) : undefined;
  }
  return first(value);
}

function first(value: unknown): unknown {
  let found = value;
  for (let depth = 0; Array.isArray(found) && depth < 16; depth += 1) found = found[0];
  return found;
}
