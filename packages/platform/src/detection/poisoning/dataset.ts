/** Training data as the checks see it: rows of plain values, whatever file they came from. */

export type Cell = string | number | boolean | null;

export interface DatasetRow {
  /** In its file, from 1. */
  readonly row: number;
  /** By column; what is nested is flat: `meta.lang`, `features.3`. */
  readonly values: ReadonlyMap<string, Cell>;
}

/** A row has at most so many columns; of a longer one the rest is not looked at, and `cut` says so. */
const mostColumns = 4096;
const longestText = 100_000;

/** @returns undefined for a value that is no map. */
export function flatRow(row: number, value: unknown): { readonly row: DatasetRow; readonly cut: boolean } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const values = new Map<string, Cell>();
  let cut = false;
  const open: [string, unknown, number][] = [['', value, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, part, depth] = next;
    if (values.size >= mostColumns || depth > 16) {
      cut = true;
      break;
    }
    if (typeof part === 'object' && part !== null) {
      const parts = Array.isArray(part) ? part.map((each, at) => [String(at), each] as const) : Object.entries(part);
      if (parts.length > mostColumns) cut = true;
      for (const [name, each] of parts.slice(0, mostColumns).reverse())
        open.push([path === '' ? name : `${path}.${name}`, each, depth + 1]);
    } else values.set(path, cellOf(part));
  }
  return { row: { row, values }, cut };
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string') return value.slice(0, longestText);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  return null;
}

/** A number, also one that is written as text, as tables without types have it. */
export function numberOf(cell: Cell | undefined): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell !== 'string' || cell.length > 40 || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell))
    return undefined;
  return Number(cell);
}

export function textOf(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell);
}
