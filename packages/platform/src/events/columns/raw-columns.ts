/**
 * The fields of events as they came, as columns by their path: keys joined by dots, lists gone through, as a hunt reads them
 * (`investigation/hunt/raw-values.ts`). Events are foreign: keys, depth and number of fields are bounded, and an event with something
 * that was left out is told of in `rest`.
 */
import { ColumnBuilder } from './column.ts';
import { Branch, JsonWalk } from './json-walk.ts';

const mostPaths = 1000;
const mostBranches = 4000;
const mostParts = 20;
const longestPath = 300;

export class RawColumns {
  readonly columns = new Map<string, ColumnBuilder>();
  /** Events that have something which is in no column. */
  readonly rest: number[] = [];
  readonly #root = new Branch('', '', []);
  #branches = 0;
  readonly #walk = new JsonWalk((branch, key) => this.#grow(branch, key));

  /** @param bytes with the JSON of an event, from `start` to `end` */
  add(place: number, bytes: Buffer, start: number, end: number): void {
    if (!this.#walk.walk(this.#root, place, bytes, start, end)) this.rest.push(place);
  }

  /** Several ways of keys may lead to one path, since keys may hold dots. Null for a path that nobody can ask for. */
  #grow(branch: Branch, key: string): Branch | null {
    const path = branch === this.#root ? key : `${branch.path}.${key}`;
    if (path.split('.').length > mostParts) return null;
    if (this.#branches >= mostBranches) throw new RangeError('too many ways of keys');
    this.#branches += 1;
    return new Branch(key, path, [this.#columnOf(path)]);
  }

  #columnOf(path: string): ColumnBuilder {
    const known = this.columns.get(path);
    if (known !== undefined) return known;
    // PostgreSQL has no text with a NUL, and UTF-8 no half of a character.
    if (this.columns.size >= mostPaths || path.length > longestPath || path.includes('\0') || !path.isWellFormed())
      throw new RangeError('a path without a column');
    const column = new ColumnBuilder(false);
    this.columns.set(path, column);
    return column;
  }
}
