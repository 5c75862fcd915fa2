/** Looking into marked YAML without knowing that it is well-formed: what is of another type is not there. */
import type { Marked, MarkedEntry } from './marked-yaml.ts';

/** A root is asked for the same few keys once for each of its thousands of jobs. */
const known = new WeakMap<Marked, ReadonlyMap<string, MarkedEntry>>();
const nothing: ReadonlyMap<string, MarkedEntry> = new Map();

/** Entries of a mapping by key, in their order; empty for anything else. */
export function entriesIn(part: Marked | undefined): ReadonlyMap<string, MarkedEntry> {
  if (part?.kind !== 'map') return nothing;
  const before = known.get(part);
  if (before !== undefined) return before;
  const entries = new Map(part.entries.map((entry) => [entry.key, entry]));
  known.set(part, entries);
  return entries;
}

/** The part at the end of a path of keys. */
export function partAt(part: Marked | undefined, ...path: readonly string[]): Marked | undefined {
  let current = part;
  for (const key of path) current = entriesIn(current).get(key)?.value;
  return current;
}

/** A scalar's text, undefined for null and for collections. */
export function textAtPart(part: Marked | undefined, ...path: readonly string[]): string | undefined {
  const found = partAt(part, ...path);
  return found?.kind === 'scalar' && found.text !== '' ? found.text : undefined;
}

/** The items of a list, or the one thing that stands for a list of one. */
export function itemsIn(part: Marked | undefined): readonly Marked[] {
  return part?.kind === 'list' ? part.items : part === undefined ? [] : [part];
}

/** The scalars of a list, or of what stands for one. */
export function textsIn(part: Marked | undefined): readonly string[] {
  return itemsIn(part).flatMap((item) => (item.kind === 'scalar' && item.text !== '' ? [item.text] : []));
}

/** Every scalar below a part. */
export function* scalarsBelow(part: Marked | undefined): Generator<string> {
  if (part?.kind === 'scalar') yield part.text;
  else if (part?.kind === 'list') for (const item of part.items) yield* scalarsBelow(item);
  else if (part?.kind === 'map') for (const { value } of part.entries) yield* scalarsBelow(value);
}

/** As plain JSON data, without its places. */
export function plainOf(part: Marked): unknown {
  if (part.kind === 'scalar') return part.value;
  if (part.kind === 'list') return part.items.map(plainOf);
  return Object.fromEntries(part.entries.map(({ key, value }) => [key, plainOf(value)]));
}
