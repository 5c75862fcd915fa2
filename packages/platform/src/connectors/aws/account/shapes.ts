/** Shapes that the services write differently and a fact writes in one way. */
import { array, type Foreign, field, record, text } from '../../../intake/foreign.ts';

/** Tags as `{Key, Value}` from a list of `{Key, Value}`, `{key, value}` or `{TagKey, TagValue}`, or from a map. */
export function tagsOf(value: unknown): readonly { readonly Key: string; readonly Value: string }[] {
  const pairs = Array.isArray(value)
    ? value.map((tag) => [
        field(tag, 'Key') ?? field(tag, 'key') ?? field(tag, 'TagKey'),
        field(tag, 'Value') ?? field(tag, 'value') ?? field(tag, 'TagValue') ?? '',
      ])
    : Object.entries(record(value) ?? {});
  return pairs
    .flatMap(([key, entry]) =>
      typeof key === 'string' && typeof entry === 'string' ? [{ Key: key, Value: entry }] : [],
    )
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** The names in an environment, sorted: of a map, or of a list of `{name, value}`. The values stay behind. */
export function environmentNames(value: unknown): readonly string[] {
  const names = Array.isArray(value)
    ? value.map((entry) => text(field(entry, 'name')))
    : Object.keys(record(value) ?? {});
  return names.filter((name) => name !== undefined).sort();
}

/** The texts at one field of a list's objects. */
export function fieldsOf(list: unknown, name: string): readonly string[] {
  return array(list).flatMap((entry) => text(field(entry, name)) ?? []);
}

/** Some fields of an object, those that are there. */
export function pick(value: Foreign | undefined, ...names: readonly string[]): Foreign {
  return Object.fromEntries(
    names.flatMap((name) => (field(value, name) === undefined ? [] : [[name, field(value, name)]])),
  );
}
