/**
 * The fields of events as they came, as columns by their path: keys joined by dots, lists gone through, as a hunt reads them
 * (`investigation/hunt/raw-values.ts`). Events are foreign: keys, depth and number of fields are bounded, and an event with something
 * that was left out is told of in `rest`.
 */
import { ColumnBuilder } from './column.ts';

/** One way of keys. Several may lead to one path, since keys may hold dots. */
interface Branch {
  readonly path: string;
  /** Undefined where nothing is kept: at the top, and where a path has too many parts to be asked for. */
  column: ColumnBuilder | undefined;
  readonly children: Map<string, Branch | 'left out'>;
}

const mostPaths = 400;
const mostBranches = 2000;
const mostParts = 20;
const longestPath = 300;
/** Lists in lists; as a hunt goes. */
const mostLists = 64;

export class RawColumns {
  readonly columns = new Map<string, ColumnBuilder>();
  /** Events that have something which is in no column. */
  readonly rest: number[] = [];
  readonly #root: Branch = { path: '', column: undefined, children: new Map() };
  #branches = 0;
  #place = 0;

  add(place: number, raw: unknown): void {
    this.#place = place;
    this.#walk(raw, this.#root, 0);
  }

  leaveOut(place: number): void {
    if (this.rest.at(-1) !== place) this.rest.push(place);
  }

  #walk(value: unknown, branch: Branch, lists: number): void {
    if (value === null || value === undefined) return;
    if (typeof value !== 'object') {
      branch.column?.add(this.#place, String(value));
      return;
    }
    if (Array.isArray(value)) {
      if (lists < mostLists) for (const each of value) this.#walk(each, branch, lists + 1);
      return;
    }
    for (const key of Object.keys(value)) {
      const child = branch.children.get(key) ?? this.#grow(branch, key);
      if (child === 'left out') this.leaveOut(this.#place);
      else if (child !== undefined) this.#walk((value as Record<string, unknown>)[key], child, 0);
    }
  }

  /** Undefined for a path that nobody can ask for. */
  #grow(branch: Branch, key: string): Branch | 'left out' | undefined {
    const path = branch === this.#root ? key : `${branch.path}.${key}`;
    if (path.split('.').length > mostParts) return undefined;
    if (this.#branches >= mostBranches) return 'left out';
    this.#branches += 1;
    const child = this.#columnOf(path);
    const grown = child === 'left out' ? child : { path, column: child, children: new Map() };
    branch.children.set(key, grown);
    return grown;
  }

  #columnOf(path: string): ColumnBuilder | 'left out' {
    const known = this.columns.get(path);
    if (known !== undefined) return known;
    // PostgreSQL has no text with a NUL, and UTF-8 no half of a character.
    if (this.columns.size >= mostPaths || path.length > longestPath || path.includes('\0') || !path.isWellFormed())
      return 'left out';
    const column = new ColumnBuilder();
    this.columns.set(path, column);
    return column;
  }
}
