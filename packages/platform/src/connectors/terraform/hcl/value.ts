/** Values of Terraform: JSON, and what is not known before it is applied. */

/** A value that the source does not tell. `why` names the reference that could not be followed. */
export class Unknown {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

export type Value = string | number | boolean | null | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** How an unknown value is written into a document that is known otherwise: it matches nothing. */
const unknownMark = 'terraform-unknown:';

export function markOf({ why }: Unknown): string {
  return `${unknownMark}${why}`;
}

/** Whether a value is unknown, or a text with something unknown in it. */
export function isUnknown(value: Value | undefined): boolean {
  return value instanceof Unknown || (typeof value === 'string' && value.includes(unknownMark));
}

/** The references that are unknown in a document. */
export function marksIn(document: string): readonly string[] {
  return [...document.matchAll(/terraform-unknown:([^"\\]{0,200})/g)].map(([, why = '']) => why);
}

/** An own entry of a map. */
export function entry(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The first unknown anywhere in it, without recursion: values may nest deeply. */
export function unknownIn(value: Value): Unknown | undefined {
  const open: Value[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Unknown) return next;
    if (typeof next === 'object' && next !== null) open.push(...(Object.values(next) as Value[]));
  }
  return undefined;
}

/** As Terraform writes it into a text; undefined for lists and maps. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}
