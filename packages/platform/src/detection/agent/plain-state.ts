/** Memory of detectors as plain JSON data and back: maps keep their order, and foreign keys stay data (`__proto__` too). */
type Packed = null | boolean | number | string | readonly Packed[] | { readonly [key: string]: Packed };

/** Numbers that JSON does not have become null: keep none. */
export function packed(value: unknown): Packed {
  if (value instanceof Map) return { map: [...value].map(([key, each]) => [packed(key), packed(each)]) };
  if (value instanceof Set) return { set: [...value].map(packed) };
  if (Array.isArray(value)) return { list: value.map(packed) };
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, each]) => each !== undefined);
    return { fields: fields.map(([key, each]) => [key, packed(each)]) };
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** What `packed` gave. @throws TypeError for anything else: whoever asks begins anew */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [[kind, held] = ['', undefined]] = Object.entries(value);
  if (!Array.isArray(held)) throw new TypeError('It is no packed state.');
  if (kind === 'set') return new Set(held.map(unpacked));
  if (kind === 'list') return held.map(unpacked);
  const entries = held.map((pair): [unknown, unknown] => {
    if (!Array.isArray(pair)) throw new TypeError('It is no packed state.');
    return [unpacked(pair[0]), unpacked(pair[1])];
  });
  if (kind === 'map') return new Map(entries);
  if (kind === 'fields') return Object.fromEntries(entries);
  throw new TypeError('It is no packed state.');
}
