/**
 * Terraform's functions, those that decide about names, policies and lists. Whatever is not here is unknown, and so is
 * whatever would read a file or the clock. Source: Terraform language documentation, "Built-in Functions".
 */
import { maxSize, sizeOf } from './size.ts';
import { entry, isList, isMap, markOf, textOf, Unknown, unknownIn, type Value, type ValueMap } from './value.ts';

type Function = (args: readonly Value[]) => Value | undefined;

/** Items of a list that a function may make. */
const maxItems = 100_000;

const list = (value: Value | undefined): readonly Value[] =>
  isList(value) ? value : isMap(value) ? Object.values(value) : [];
const text = (value: Value | undefined): string | undefined => (value === undefined ? undefined : textOf(value));
const onText =
  (make: (text: string) => Value): Function =>
  ([value]) => {
    const written = text(value);
    return written === undefined ? undefined : make(written);
  };

function distinct(values: readonly Value[]): readonly Value[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = JSON.stringify(value);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function flattened(values: readonly Value[], depth = 0): readonly Value[] {
  return values.flatMap((value) => (isList(value) && depth < 64 ? flattened(value, depth + 1) : [value]));
}

function parsed(written: string): Value | undefined {
  try {
    return JSON.parse(written) as Value;
  } catch {
    return undefined;
  }
}

/** `%s`, `%d`, `%v` and their kin, each taking the next argument. */
function formatted([pattern, ...args]: readonly Value[]): string | undefined {
  const written = text(pattern);
  let next = 0;
  let failed = written === undefined;
  const made = (written ?? '').replace(/%(%|-?\d*[sdvqf])/g, (_, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    const shown = value === undefined ? undefined : (textOf(value) ?? JSON.stringify(value));
    if (shown === undefined) failed = true;
    return verb.endsWith('q') ? JSON.stringify(shown) : (shown ?? '');
  });
  return failed ? undefined : made;
}

/** Of values that are known all through. */
const functions: Readonly<Record<string, Function>> = {
  jsonencode: ([value]) => JSON.stringify(value ?? null),
  jsondecode: onText((written) => parsed(written) ?? new Unknown('jsondecode')),
  lower: onText((written) => written.toLowerCase()),
  upper: onText((written) => written.toUpperCase()),
  title: onText((written) => written.replace(/(^|\s)\S/g, (start) => start.toUpperCase())),
  trimspace: onText((written) => written.trim()),
  chomp: onText((written) => written.replace(/[\r\n]+$/, '')),
  tostring: ([value]) => text(value),
  tonumber: onText((written) => (Number.isNaN(Number(written)) ? new Unknown('tonumber') : Number(written))),
  tobool: ([value]) =>
    typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined,
  toset: ([value]) => distinct(list(value)),
  tolist: ([value]) => list(value),
  tomap: ([value]) => (isMap(value) ? value : undefined),
  format: formatted,
  formatlist: (args) => {
    const [pattern, ...rest] = args;
    const length = rest.reduce<number>((most, value) => Math.max(most, isList(value) ? value.length : 0), 0);
    if (length * sizeOf(args) > maxSize) return undefined;
    const rows = Array.from({ length }, (_, at) =>
      formatted([pattern ?? '', ...rest.map((value) => (isList(value) ? (value[at] ?? '') : value))]),
    );
    return rows.every((row) => row !== undefined) ? rows : undefined;
  },
  join: ([separator, ...lists]) => {
    const parts = lists.flatMap(list).map(textOf);
    const between = text(separator) ?? '';
    if (between.length * parts.length > maxSize) return undefined;
    return parts.every((part) => part !== undefined) ? parts.join(between) : undefined;
  },
  split: ([separator, value]) => text(value)?.split(text(separator) ?? ''),
  replace: ([value, part, by]) => {
    const wanted = text(part) ?? '';
    // A pattern in slashes is a regular expression, and foreign ones meet no engine of ours.
    if (wanted.length > 1 && wanted.startsWith('/') && wanted.endsWith('/')) return undefined;
    const [written, put] = [text(value) ?? '', text(by) ?? ''];
    const places = wanted === '' ? written.length + 1 : written.split(wanted).length - 1;
    return places * put.length > maxSize ? undefined : written.replaceAll(wanted, () => put);
  },
  trimprefix: ([value, prefix]) => {
    const [written, start] = [text(value), text(prefix) ?? ''];
    return written?.startsWith(start) ? written.slice(start.length) : written;
  },
  trimsuffix: ([value, suffix]) => {
    const [written, end] = [text(value), text(suffix) ?? ''];
    return written?.endsWith(end) && end !== '' ? written.slice(0, -end.length) : written;
  },
  substr: ([value, offset, length]) => {
    const [written, from, count] = [text(value), Number(offset), Number(length)];
    const start = from < 0 ? (written?.length ?? 0) + from : from;
    return written?.slice(start, count < 0 ? undefined : start + count);
  },
  startswith: ([value, prefix]) => text(value)?.startsWith(text(prefix) ?? ''),
  endswith: ([value, suffix]) => text(value)?.endsWith(text(suffix) ?? ''),
  concat: (lists) => lists.flatMap(list),
  flatten: ([value]) => flattened(list(value)),
  distinct: ([value]) => distinct(list(value)),
  compact: ([value]) => list(value).filter((item) => item !== null && item !== ''),
  sort: ([value]) => [...list(value)].map((item) => textOf(item) ?? '').sort(),
  reverse: ([value]) => [...list(value)].reverse(),
  length: ([value]) =>
    typeof value === 'string' ? value.length : isMap(value) || isList(value) ? Object.keys(value).length : undefined,
  keys: ([value]) => (isMap(value) ? Object.keys(value).sort() : undefined),
  values: ([value]) =>
    isMap(value)
      ? Object.keys(value)
          .sort()
          .map((key) => value[key] as Value)
      : undefined,
  merge: (maps) => Object.assign(Object.create(null), ...maps.filter(isMap)) as ValueMap,
  zipmap: ([keys, values]) => {
    const map: Record<string, Value> = Object.create(null);
    for (const [at, key] of list(keys).entries()) map[textOf(key) ?? ''] = list(values)[at] ?? null;
    return map;
  },
  contains: ([items, wanted]) => list(items).some((item) => JSON.stringify(item) === JSON.stringify(wanted)),
  element: ([items, at]) => {
    const all = list(items);
    return all.length === 0 ? undefined : all[((Number(at) % all.length) + all.length) % all.length];
  },
  slice: ([items, from, to]) => list(items).slice(Number(from), Number(to)),
  setproduct: (sets) => {
    const size = sets.reduce<number>((product, set) => product * list(set).length, 1);
    if (size > maxItems) return undefined;
    return sets.reduce<readonly (readonly Value[])[]>(
      (rows, set) => rows.flatMap((row) => list(set).map((item) => [...row, item])),
      [[]],
    );
  },
  setunion: (sets) => distinct(sets.flatMap(list)),
  lookup: ([map, key, otherwise]) => (isMap(map) ? (entry(map, text(key) ?? '') ?? otherwise) : undefined),
  range: ([a, b, c]) => {
    const [from, to] = b === undefined ? [0, Number(a)] : [Number(a), Number(b)];
    const step = c === undefined ? 1 : Number(c);
    if (!(step > 0) || !((to - from) / step <= maxItems)) return undefined;
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, at) => from + at * step);
  },
  max: (numbers) => Math.max(...numbers.map(Number)),
  min: (numbers) => Math.min(...numbers.map(Number)),
  abs: ([number]) => Math.abs(Number(number)),
  floor: ([number]) => Math.floor(Number(number)),
  ceil: ([number]) => Math.ceil(Number(number)),
  base64encode: onText((written) => Buffer.from(written, 'utf8').toString('base64')),
};

/** Of values of which some may be unknown. */
const lazy: Readonly<Record<string, Function>> = {
  // A policy of which one address is unknown is a policy all the same; whoever reads it says what is missing.
  jsonencode: ([value]) =>
    value instanceof Unknown
      ? undefined
      : JSON.stringify(value, (_, part: unknown) => (part instanceof Unknown ? markOf(part) : part)),
  try: (args) => args.find((value) => !(value instanceof Unknown)) ?? args[0],
  can: ([value]) => !(value instanceof Unknown),
  coalesce: (args) => {
    for (const value of args) if (value instanceof Unknown || (value !== null && value !== '')) return value;
    return null;
  },
  coalescelist: (args) => args.find((value) => value instanceof Unknown || list(value).length > 0),
  one: ([value]) => (isList(value) ? (value[0] ?? null) : undefined),
  sensitive: ([value]) => value,
  nonsensitive: ([value]) => value,
  concat: (lists) => (lists.some((value) => value instanceof Unknown) ? undefined : lists.flatMap(list)),
  merge: (maps) => (maps.some((value) => value instanceof Unknown) ? undefined : functions.merge?.(maps)),
  toset: ([value]) => (value instanceof Unknown ? undefined : list(value)),
  tolist: ([value]) => (value instanceof Unknown ? undefined : list(value)),
  flatten: ([value]) => (value instanceof Unknown ? undefined : flattened(list(value))),
  compact: ([value]) =>
    value instanceof Unknown ? undefined : list(value).filter((item) => item !== null && item !== ''),
  lookup: ([map, key, otherwise]) => (isMap(map) ? (entry(map, text(key) ?? '') ?? otherwise) : undefined),
};

/** The value of a call; unknown where an argument or the function is. */
export function call(name: string, args: readonly Value[]): Value {
  if (sizeOf(args) > maxSize) return new Unknown(`${name}()`);
  const unknown = args.map(unknownIn).find((found) => found !== undefined);
  const table = unknown === undefined && Object.hasOwn(functions, name) ? functions : lazy;
  if (!Object.hasOwn(table, name)) return unknown ?? new Unknown(`${name}()`);
  const made = table[name]?.(args);
  if (made === undefined) return unknown ?? new Unknown(`${name}()`);
  return isList(made) && made.length > maxItems ? new Unknown(`${name}()`) : made;
}
