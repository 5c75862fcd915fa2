/**
 * Who wrote an object last, where its own record says so: Kubernetes keeps `managedFields`, one entry for each writer. The entry
 * that the state we left did not have, or had with another time, is of somebody who wrote since.
 */

type Fields = Readonly<Record<string, unknown>>;

const deepest = 6;
const longestName = 100;

/** Name of the writer; null where the record does not say. */
export function lastWriter(now: unknown, left: unknown): string | null {
  const known = new Set(entriesOf(left).map(keyOf));
  const [newest] = entriesOf(now)
    .filter((entry) => !known.has(keyOf(entry)))
    .sort((a, b) => (textOf(a.time) < textOf(b.time) ? 1 : -1));
  const name = textOf(newest?.manager)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, longestName);
  return name === '' ? null : name;
}

function entriesOf(value: unknown, depth = 0): readonly Fields[] {
  if (depth > deepest || typeof value !== 'object' || value === null) return [];
  const fields = value as Fields;
  const { managedFields } = fields;
  if (Array.isArray(managedFields)) return managedFields.filter(isFields);
  return Object.values(fields).flatMap((inner) => entriesOf(inner, depth + 1));
}

function keyOf({ manager, operation, subresource, time }: Fields): string {
  return JSON.stringify([manager, operation, subresource, time]);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
