/**
 * C2SP tlog-tiles: the tree as immutable strips of 256 hashes. Level 0 are the leaf hashes, each hash of level n+1 is the
 * root of one full tile of level n. The levels between are not kept, they are hashed again from the strip.
 */
import { hashBytes, hashPairInto } from './merkle.ts';

/** Levels of the tree in one tile. */
export const tileHeight = 8;
/** Hashes in a full tile. */
export const tileWidth = 2 ** tileHeight;

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** Hashes in it: 256, or 1 to 255 for the partial tile at the right edge of a tree. */
  readonly width: number;
}

/** Width that a tile has in a tree of `size` leaves; 0 when the tree does not reach it. */
export function widthOfTile(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / tileWidth ** level);
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
}

/** All tiles of a tree of `size` leaves, level by level. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0; widthOfTile(size, level, 0) > 0; level += 1) {
    for (let index = 0; ; index += 1) {
      const width = widthOfTile(size, level, index);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}

/** Where the tile is served: `tile/0/x001/x234/067` or `tile/1/000.p/17`. */
export function tilePath({ level, index, width }: Tile): string {
  let number = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    number = `x${String(rest % 1000).padStart(3, '0')}/${number}`;
  }
  return `tile/${level}/${number}${width === tileWidth ? '' : `.p/${width}`}`;
}

const pathPattern = /^tile\/(0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile that a path names, or `undefined` when it names none. Only the one right spelling is accepted. */
export function parseTilePath(path: string): Tile | undefined {
  const match = pathPattern.exec(path);
  if (match === null) return undefined;
  const tile = {
    level: Number(match[1]),
    index: Number((match[2] ?? '').replaceAll(/[x/]/g, '')),
    width: match[3] === undefined ? tileWidth : Number(match[3]),
  };
  return tile.level < 64 && Number.isSafeInteger(tile.index) && tilePath(tile) === path ? tile : undefined;
}

/** A tile with the levels between hashed again. */
export interface OpenTile {
  readonly width: number;
  /** Hash of the complete subtree number `index` (within the tile) that is `height` (0 to 8) above the strip. */
  subtree(height: number, index: number): Uint8Array;
}

/** Opens a tile's content: its hashes, concatenated. Throws a RangeError when that is not 1 to 256 hashes. */
export function openTile(content: Uint8Array): OpenTile {
  const width = content.length / hashBytes;
  if (!Number.isInteger(width) || width < 1 || width > tileWidth)
    throw new RangeError(`no tile: ${content.length} bytes`);
  const rows: Uint8Array[] = [Uint8Array.from(content)];
  for (let below = rows[0]; below !== undefined && below.length >= 2 * hashBytes; below = rows.at(-1)) {
    const row = new Uint8Array(Math.floor(below.length / (2 * hashBytes)) * hashBytes);
    for (let offset = 0; offset < row.length; offset += hashBytes) hashPairInto(row, offset, below, 2 * offset);
    rows.push(row);
  }
  return {
    width,
    subtree(height, index) {
      const hash = rows[height]?.subarray(index * hashBytes, (index + 1) * hashBytes);
      if (hash?.length !== hashBytes)
        throw new RangeError(`no complete subtree ${height}/${index} in a tile of ${width}`);
      return hash;
    },
  };
}
