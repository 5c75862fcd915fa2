/** What stands on the symbolic stack of a pickle: as much of each value as judging a call needs, and never an object. */
export type Value = string | number | bigint | boolean | null | Thing;

export type Thing =
  /** A text or bytes too long to keep, or made in a way that is not followed. */
  | { readonly is: 'text'; readonly length: number }
  | { readonly is: 'bytes'; readonly at: number; readonly length: number; readonly kept?: Buffer }
  | { readonly is: 'list'; readonly items: Value[]; count: number }
  | { readonly is: 'set'; readonly items: Value[]; count: number }
  | { readonly is: 'tuple'; readonly items: readonly Value[]; readonly count: number }
  | { readonly is: 'frozenset'; readonly items: readonly Value[]; readonly count: number }
  | { readonly is: 'dict'; readonly entries: [Value, Value][]; count: number }
  | Reference
  | Made
  | { readonly is: 'persistent'; readonly id: Value }
  | { readonly is: 'opaque'; readonly why: string };

/** A name that was looked up. */
export interface Reference {
  readonly is: 'reference';
  readonly module: string;
  readonly name: string;
}

/** What a call gave. */
export interface Made {
  readonly is: 'made';
  readonly by: Reference | undefined;
  readonly args: Value;
  state?: Value;
}

/** Items of a container that are kept; the others were judged when they came. */
export const keptItems = 256;

export function isThing<K extends Thing['is']>(value: Value | undefined, is: K): value is Extract<Thing, { is: K }> {
  return typeof value === 'object' && value !== null && value.is === is;
}

export const nameOf = ({ module, name }: Reference) => `${module}.${name}`;

/** A value as a person reads it, at most about 200 characters. */
export function shownValue(value: Value | undefined, depth = 0): string {
  if (value === undefined) return '?';
  if (typeof value === 'string') return `'${value.length > 120 ? `${value.slice(0, 120)}…` : value}'`;
  if (value === null) return 'None';
  if (typeof value !== 'object') return String(value);
  const several = (items: readonly Value[], count: number) =>
    depth > 2
      ? '…'
      : `${items
          .slice(0, 6)
          .map((item) => shownValue(item, depth + 1))
          .join(', ')}${count > 6 ? ', …' : ''}`;
  switch (value.is) {
    case 'text':
      return `a text of ${value.length}`;
    case 'bytes':
      return value.kept === undefined || value.length > 60
        ? `${value.length} bytes`
        : `b'${value.kept.toString('latin1')}'`;
    case 'tuple':
      return `(${several(value.items, value.count)})`;
    case 'list':
      return `[${several(value.items, value.count)}]`;
    case 'set':
    case 'frozenset':
      return `{${several(value.items, value.count)}}`;
    case 'dict':
      return `a dict of ${value.count}`;
    case 'reference':
      return nameOf(value);
    case 'made':
      return `${value.by === undefined ? 'something' : nameOf(value.by)}${depth > 2 ? '(…)' : shownArguments(value.args, depth + 1)}`;
    case 'persistent':
      return `a persistent object`;
    case 'opaque':
      return value.why;
  }
}

export function shownArguments(args: Value | undefined, depth = 0): string {
  const shown = shownValue(args, depth);
  return isThing(args, 'tuple') ? shown : `(*${shown})`;
}
