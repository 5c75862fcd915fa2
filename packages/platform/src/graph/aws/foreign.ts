/** Looking into policy documents, which are foreign JSON: own properties only, and nothing for a wrong type. */
export type Foreign = Readonly<Record<string, unknown>>;

export function record(value: unknown): Foreign | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Foreign) : undefined;
}

export function field(value: unknown, name: string): unknown {
  const object = record(value);
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string or a list of strings; undefined when it is something else. */
export function oneOrMany(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  return value.every((entry) => typeof entry === 'string') ? value : undefined;
}
