/**
 * The log tiles of an evidence file: on the writer's side which ones, on the reader's whether they are true.
 *
 * A tile is on the way to an entry when it holds the entry's leaf or a node above it. Since the last entry of a file is the
 * last of its tree, the partial tiles at the right edge are always among them; of those the root is made, with every hash in
 * them. So all partial tiles are right when the root is, and every full tile when its hash stands in the tile above it.
 *
 * With the tiles on the way to entry M - 1 one also knows the root that the tree had at size M: that is how an earlier
 * checkpoint is held against a later file, without a proof made for the purpose.
 */
import { sameBytes, toBase64 } from '../kernel/bytes.ts';
import { hashBytes } from './merkle.ts';
import { rootOf } from './proof.ts';
import { openTile, type Tile, tilePath, tileWidth, widthOfTile } from './tile.ts';
import { tileReader } from './tile-reader.ts';

/** Tiles above the leaves that a reader keeps, 8 KiB each. */
const mostKept = 8192;

/** A number for a tile's place, for sets. There are fewer than 64 levels. */
const placeOf = (level: number, index: number): number => index * 64 + level;

/** Level and index of the tiles on the way from a leaf to the root of the tree of `size`. */
function* wayOf(leaf: number, size: number): Generator<readonly [level: number, index: number]> {
  let node = leaf;
  for (let level = 0, hashes = size; hashes > 0; level += 1) {
    // Where the leaf's own subtree is not complete yet, the last that is stands for it.
    yield [level, Math.floor(Math.min(node, hashes - 1) / tileWidth)];
    node = Math.floor(node / tileWidth);
    hashes = Math.floor(hashes / tileWidth);
  }
}

/** The tiles on the way to these leaves in the tree of `size`: the highest level first, then by index. */
export function tilesOnTheWay(leaves: Iterable<number>, size: number): Tile[] {
  const tiles = new Map<number, Tile>();
  for (const leaf of leaves) {
    for (const [level, index] of wayOf(leaf, size)) {
      const place = placeOf(level, index);
      if (!tiles.has(place)) tiles.set(place, { level, index, width: widthOfTile(size, level, index) });
    }
  }
  return [...tiles.values()].sort((a, b) => b.level - a.level || a.index - b.index);
}

/** Takes tiles in the order of `tilesOnTheWay` and says what is wrong with them. Keeps those above the leaves. */
export class TileCheck {
  readonly #size: number;
  readonly #root: Uint8Array;
  /** Size of an earlier tree whose root will be asked for. */
  readonly #earlier: number | undefined;
  readonly #kept = new Map<number, Uint8Array>();
  /** Tiles that no entry has needed yet. */
  readonly #idle = new Set<number>();
  readonly #seen = new Set<number>();
  #last: Tile | undefined;

  constructor(tree: { readonly size: number; readonly root: Uint8Array }, earlier?: number) {
    this.#size = tree.size;
    this.#root = tree.root;
    this.#earlier = earlier;
  }

  get count(): number {
    return this.#seen.size;
  }

  /** @returns what is wrong, or `undefined` */
  take(tile: Tile, content: Uint8Array): string | undefined {
    const { level, index, width } = tile;
    const path = tilePath(tile);
    const last = this.#last;
    this.#last = tile;
    if (last !== undefined && (last.level < level || (last.level === level && last.index >= index))) {
      return `${path} is out of order, or there twice`;
    }
    if (width !== widthOfTile(this.#size, level, index) || content.length !== width * hashBytes) {
      return `${path} is no tile of a tree of ${this.#size}`;
    }
    const place = placeOf(level, index);
    this.#seen.add(place);
    this.#idle.add(place);
    if (width === tileWidth) {
      const above = this.#kept.get(placeOf(level + 1, Math.floor(index / tileWidth)));
      if (above === undefined) return `the tile above ${path} is missing`;
      const at = (index % tileWidth) * hashBytes;
      if (!sameBytes(openTile(content).subtree(8, 0), above.subarray(at, at + hashBytes))) {
        return `the hashes of ${path} are not those of the signed tree`;
      }
    }
    if (level > 0 || width < tileWidth || this.#isEarlierEdge(index)) {
      if (this.#kept.size >= mostKept) return 'there are too many tiles above the leaves';
      this.#kept.set(place, Uint8Array.from(content));
    }
    return undefined;
  }

  /** Whether the partial tiles make the signed root. To be asked when all tiles were taken. */
  async rootProblem(): Promise<string | undefined> {
    const root = await this.#rootAt(this.#size);
    if (root === undefined) return 'a tile at the right edge of the tree is missing';
    return sameBytes(root, this.#root) ? undefined : `they lead to the root ${toBase64(root)}, not to the signed one`;
  }

  /** An entry is there: its tiles must be as well. */
  needFor(leaf: number): string | undefined {
    for (const [level, index] of wayOf(leaf, this.#size)) {
      const place = placeOf(level, index);
      if (!this.#seen.has(place)) {
        return `${tilePath({ level, index, width: widthOfTile(this.#size, level, index) })} is missing`;
      }
      this.#idle.delete(place);
    }
    return undefined;
  }

  /** Tiles that nothing has needed. */
  get idle(): number {
    return this.#idle.size;
  }

  /** The root that the tree had at the earlier size; `undefined` when its tiles are not here. */
  earlierRoot(): Promise<Uint8Array | undefined> {
    return this.#earlier === undefined ? Promise.resolve(undefined) : this.#rootAt(this.#earlier);
  }

  #isEarlierEdge(index: number): boolean {
    return this.#earlier !== undefined && Math.floor(this.#earlier / tileWidth) === index;
  }

  async #rootAt(size: number): Promise<Uint8Array | undefined> {
    let isMissing = false;
    const subtrees = tileReader(async (level, start, count) => {
      const content = this.#kept.get(placeOf(level, start / tileWidth))?.subarray(0, count * hashBytes);
      if (content?.length === count * hashBytes) return content;
      isMissing = true;
      // a tile that is as long as the one asked for, so that the walk comes to its end
      return new Uint8Array(count * hashBytes);
    });
    const root = await rootOf(size, subtrees(size));
    return isMissing ? undefined : root;
  }
}
