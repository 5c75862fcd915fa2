/** The value at a path of an event, for the few values that are not a rule's: group keys, time, id. */

/** Own keys only; a list stands for its first item; the last keys may be one key with dots. */
export function foreignAt(event: unknown, path: readonly string[]): unknown {
  return below(event, path, 0);
}

function below(value: unknown, path: readonly string[], index: number): unknown {
  const found = first(value);
  const key = path[index];
  if (key === undefined) return found;
  if (typeof found !== 'object' || found === null) return undefined;
  if (Object.hasOwn(found, key)) {
    const there = below((found as Readonly<Record<string, unknown>>)[key], path, index + 1);
    if (there !== undefined || index === path.length - 1) return there;
  }
  if (index === path.length - 1) return undefined;
  const joined = path.slice(index).join('.');
  return Object.hasOwn(found, joined) ? first((found as Readonly<Record<string, unknown>>)[joined]) : undefined;
}

function first(value: unknown): unknown {
  let found = value;
  for (let depth = 0; Array.isArray(found) && depth < 16; depth += 1) found = found[0];
  return found;
}
