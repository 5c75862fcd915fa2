/**
 * How large values are when they are written out. Names make values that share their parts, so forty lines can say something
 * with more parts than there is memory; whoever walks, compares or prints values may do so only because of what is decided
 * here. What must stay true: no value above the bounds gets past `bounded`, and measuring it costs no more than it holds itself.
 */
import { isList, isMap, Unknown, type Value } from './value.ts';

/** Characters and parts of one value. IAM's largest policy has 10,240 characters. */
export const maxSize = 4 * 1024 * 1024;
const maxDepth = 200;

interface Measure {
  readonly size: number;
  readonly depth: number;
}

const known = new WeakMap<object, Measure>();
const endless: Measure = { size: Number.POSITIVE_INFINITY, depth: Number.POSITIVE_INFINITY };

/** Characters and parts, shared ones counted every time. */
export function sizeOf(value: Value): number {
  return measured(value, 0).size;
}

/** The value, or unknown when it is too large to be worked with. */
export function bounded(value: Value): Value {
  const { size, depth } = measured(value, 0);
  return size <= maxSize && depth <= maxDepth ? value : new Unknown('a value that is too large');
}

function measured(value: Value, level: number): Measure {
  if (typeof value === 'string') return { size: value.length + 1, depth: 0 };
  if (!isList(value) && !isMap(value)) return { size: 1, depth: 0 };
  const before = known.get(value);
  if (before !== undefined) return before;
  if (level > maxDepth) return endless;
  let size = 1;
  let depth = 0;
  const add = (part: Value) => {
    const inner = measured(part, level + 1);
    size += inner.size;
    depth = Math.max(depth, inner.depth + 1);
  };
  if (isList(value)) for (const part of value) add(part);
  else
    for (const [key, part] of Object.entries(value)) {
      size += key.length;
      add(part);
    }
  const measure = { size, depth };
  known.set(value, measure);
  return measure;
}
