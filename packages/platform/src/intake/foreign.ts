/**
 * Reading foreign JSON without trusting it: every accessor answers `undefined` (or an empty list) for a wrong type, and
 * looks only at own properties, so that a key named `__proto__` or `constructor` never reaches the prototype.
 */
export type Foreign = Readonly<Record<string, unknown>>;

/** The value as an object, or undefined for anything else (arrays included). */
export function record(value: unknown): Foreign | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Foreign) : undefined;
}

/** An own field of something that may not be an object. */
export function field(value: unknown, name: string): unknown {
  const object = record(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at the end of a path of own fields. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = field(current, name);
  return current;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A non-empty string at a path. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The string entries of a string map; everything else is left out. */
export function stringMap(value: unknown): Readonly<Record<string, string>> {
  const map: Record<string, string> = Object.create(null);
  for (const [key, entry] of Object.entries(record(value) ?? {})) if (typeof entry === 'string') map[key] = entry;
  return map;
}

const shown = 200;
/**
 * Foreign text made fit for a sentence that a person or a log reads: control, format and line-separator characters are
 * shown as escapes, and it is cut at 200 characters.
 */
export function printable(value: string, limit = shown): string {
  const cut = value.length > limit ? `${value.slice(0, limit)}…` : value;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
