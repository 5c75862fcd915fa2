/**
 * OpenTelemetry writes attributes as a list of names and typed values (`[{key, value: {stringValue}}]`), which no path reaches.
 * For a source that says where it has such lists, rules see the event with each attribute under its own name beside the event's
 * own fields. Source of the form: OTLP specification, "JSON Protobuf Encoding" (`KeyValue`, `AnyValue`).
 *
 * What must stay true:
 *
 * - What the event says itself cannot be hidden by an attribute of the same name, and an attribute not by another: two of one
 *   name are two values of one field.
 * - A structured value is both: each of its values under its own path (`a.b.key`), and all of them under the attribute's name,
 *   so that a test of text finds what it looks for whether the sender wrote a structure or JSON as text.
 * - Bounded: what was left out is told.
 */
import { array, field, record, textAt } from '../../../intake/foreign.ts';

const maxAttributes = 1000;
const maxDepth = 8;

type Seen = { [key: string]: unknown };

/** @returns the event as rules see it; `truncated` when it had more attributes, or deeper ones, than are read. */
export function withAttributes(
  event: object,
  lists: readonly string[],
): { readonly event: object; readonly truncated: boolean } {
  const attributes = new Attributes();
  let rest = event as Seen;
  for (const list of lists) rest = taken(rest, list.split('.'), attributes);
  const seen: Seen = Object.create(null) as Seen;
  for (const [name, values] of attributes.found) seen[name] = values;
  Object.assign(seen, rest);
  return { event: seen, truncated: attributes.truncated };
}

class Attributes {
  readonly found = new Map<string, unknown[]>();
  truncated = false;
  #left = maxAttributes;

  readAll(list: unknown): void {
    for (const each of array(list)) {
      const name = textAt(each, 'key');
      if (name !== undefined) this.#read(name, [], field(each, 'value'), 0);
      if (this.truncated) return;
    }
  }

  /** @param above names of the structures that hold this one; its values are theirs as well. */
  #read(name: string, above: readonly string[], value: unknown, depth: number): void {
    const told = record(value);
    if (told === undefined) return;
    if (depth > maxDepth) {
      this.truncated = true;
      return;
    }
    const below = [...above, name];
    for (const item of array(field(told.arrayValue, 'values'))) this.#read(name, above, item, depth + 1);
    for (const item of array(field(told.kvlistValue, 'values'))) {
      const key = textAt(item, 'key');
      if (key !== undefined) this.#read(`${name}.${key}`, below, field(item, 'value'), depth + 1);
    }
    const plain = told.stringValue ?? told.intValue ?? told.doubleValue ?? told.boolValue;
    if (plain === undefined || plain === null || typeof plain === 'object') return;
    for (const each of below) this.#add(each, plain);
  }

  #add(name: string, value: unknown): void {
    this.#left -= 1;
    if (this.#left < 0) this.truncated = true;
    else if (this.found.get(name)?.push(value) === undefined) this.found.set(name, [value]);
  }
}

/** The event without the list at the path, which is read. */
function taken(event: Seen, [key = '', ...rest]: readonly string[], attributes: Attributes): Seen {
  if (!Object.hasOwn(event, key)) return event;
  const { [key]: value, ...others } = event;
  if (rest.length === 0) {
    attributes.readAll(value);
    return others;
  }
  const below = record(value);
  return below === undefined ? event : { ...others, [key]: taken(below, rest, attributes) };
}
