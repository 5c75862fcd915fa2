/** Arguments and results of calls as flat texts with their paths. They are foreign: depth, number and length are bounded. */
export interface Leaf {
  /** Keys joined by dots; items of a list have the path of the list. */
  readonly path: string;
  readonly text: string;
}

export interface Leaves {
  readonly leaves: readonly Leaf[];
  /** Characters in all, of what was cut off too. */
  readonly size: number;
  /** Items of the longest list, or what a field such as `row_count` tells when that is more. */
  readonly items: number;
}

const mostLeaves = 500;
const mostCharacters = 65_536;
const mostInLeaf = 16_384;
const mostParts = 20_000;
const deepest = 12;
const counted =
  /^(?:rows?|row_?count|rows_?(?:read|returned|affected|written)|count|total|total_?count|records?|num_?records|size_?rows|items)$/i;

/** Text that holds JSON is read as such. */
export function leavesOf(value: unknown): Leaves {
  const leaves: Leaf[] = [];
  let [size, items, room, parts] = [0, 0, mostCharacters, 0];
  const visit = (part: unknown, path: string, key: string, depth: number): void => {
    parts += 1;
    if (parts > mostParts) return;
    if (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean') {
      const text = String(part);
      size += text.length;
      if (typeof part === 'number' && counted.test(key) && Number.isFinite(part)) items = Math.max(items, part);
      if (leaves.length >= mostLeaves || room <= 0 || text === '') return;
      const cut = text.slice(0, Math.min(mostInLeaf, room));
      room -= cut.length;
      leaves.push({ path, text: cut });
    } else if (Array.isArray(part)) {
      items = Math.max(items, part.length);
      if (depth < deepest) for (const each of part) visit(each, path, key, depth + 1);
    } else if (typeof part === 'object' && part !== null && depth < deepest) {
      for (const [name, each] of Object.entries(part))
        visit(each, path === '' ? name : `${path}.${name}`.slice(0, 200), name, depth + 1);
    }
  };
  visit(parsed(value), '', '', 0);
  return { leaves, size, items };
}

const mostParsed = 4 * 1024 * 1024;

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > mostParsed || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
