/** Values of a parsed event by a path with dots. Lists are gone through; a key may hold dots itself (`authorization.k8s.io/decision`). */

/** A path of more parts is looked at no further, and of more values only so many, and lists in lists only so deep. */
const mostParts = 20;
const mostValues = 1000;
const mostLists = 64;

/** @returns the plain values there, as text; none for null, objects and lists of them */
export function valuesAt(raw: unknown, path: string): string[] {
  const parts = path.split('.');
  const found: string[] = [];
  if (parts.length <= mostParts) collect(raw, parts, 0, found, 0);
  return found;
}

function collect(value: unknown, parts: readonly string[], from: number, found: string[], lists: number): void {
  if (found.length >= mostValues || value === null || value === undefined) return;
  if (Array.isArray(value)) {
    if (lists < mostLists) for (const each of value) collect(each, parts, from, found, lists + 1);
    return;
  }
  if (typeof value !== 'object') {
    if (from === parts.length) found.push(String(value));
    return;
  }
  for (let to = from + 1; to <= parts.length; to += 1) {
    const key = parts.slice(from, to).join('.');
    if (Object.hasOwn(value, key)) collect((value as Record<string, unknown>)[key], parts, to, found, 0);
  }
}
