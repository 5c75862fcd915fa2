/**
 * Attributes of OTLP/JSON as plain values: `{key, value: {stringValue: …}}` becomes a map from key to text, number, boolean, list or
 * object. What is too much of it (attributes, values, depth) is left out: whoever sends a span may write into it what he likes.
 * Source: opentelemetry-proto, common.proto, and the OTLP specification ("JSON Protobuf Encoding").
 */
import { array, field, record, textAt } from '../../intake/foreign.ts';

export type Attributes = ReadonlyMap<string, unknown>;

const mostAttributes = 1000;
const mostValues = 10_000;
const deepest = 32;

/** Several detectors ask the same of one span: what was read is kept for as long as the span is. */
const known = new WeakMap<readonly unknown[], Attributes>();

export function attributesOf(list: unknown): Attributes {
  const told = array(list);
  const before = known.get(told);
  if (before !== undefined) return before;
  const read = readAttributes(told);
  known.set(told, read);
  return read;
}

function readAttributes(list: readonly unknown[]): Attributes {
  const found = new Map<string, unknown>();
  const left = { values: mostValues };
  for (const each of list.slice(0, mostAttributes)) {
    const key = textAt(each, 'key');
    if (key === undefined) continue;
    const value = plain(field(each, 'value'), left, 0);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

/** An `AnyValue` alone, such as the body of a log record. */
export function plainValue(value: unknown): unknown {
  return plain(value, { values: mostValues }, 0);
}

/** What an attribute says as text; undefined for lists and objects. */
export function textOf(attributes: Attributes, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined && typeof value !== 'object') return String(value);
  }
  return undefined;
}

function plain(value: unknown, left: { values: number }, depth: number): unknown {
  const told = record(value);
  if (told === undefined || depth > deepest || left.values <= 0) return undefined;
  left.values -= 1;
  const scalar = told.stringValue ?? told.boolValue ?? told.doubleValue ?? told.bytesValue;
  if (scalar !== undefined) return typeof scalar === 'object' ? undefined : scalar;
  // 64 bits do not fit a number of JSON, so they come as text.
  if (told.intValue !== undefined) return wholeNumber(told.intValue);
  const list = record(told.arrayValue);
  if (list !== undefined)
    return array(list.values).flatMap((each) => {
      const inside = plain(each, left, depth + 1);
      return inside === undefined ? [] : [inside];
    });
  const map = record(told.kvlistValue);
  if (map === undefined) return undefined;
  return Object.fromEntries(
    array(map.values).flatMap((each) => {
      const key = textAt(each, 'key');
      const inside = plain(field(each, 'value'), left, depth + 1);
      return key === undefined || inside === undefined ? [] : [[key, inside]];
    }),
  );
}

function wholeNumber(value: unknown): unknown {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
