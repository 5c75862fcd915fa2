import type { SubtreeReader } from './proof.ts';
import { type OpenTile, openTile, tileHeight, tileWidth, widthOfTile } from './tile.ts';

/** Hashes `start` to `start + count - 1` of a tile level, concatenated. */
export type HashReader = (level: number, start: number, count: number) => Promise<Uint8Array>;

/** Open tiles kept, 16 KiB each. */
const cacheSize = 256;

/**
 * Complete subtrees from tiles, for any tree size that is committed. Tiles are opened once and the ones used last are
 * kept: the proofs of neighbouring entries, and those of one checkpoint, share nearly all of theirs.
 */
export function tileReader(read: HashReader): (size: number) => SubtreeReader {
  const open = new Map<string, OpenTile>();

  async function tile(level: number, index: number, width: number): Promise<OpenTile> {
    const key = `${level}/${index}/${width}`;
    const found = open.get(key) ?? openTile(await read(level, index * tileWidth, width));
    open.delete(key);
    open.set(key, found);
    for (const oldest of open.keys()) {
      if (open.size <= cacheSize) break;
      open.delete(oldest);
    }
    return found;
  }

  return (size) => async (height, index) => {
    const level = Math.floor(height / tileHeight);
    const within = height % tileHeight;
    const first = index * 2 ** within;
    const tileIndex = Math.floor(first / tileWidth);
    const width = widthOfTile(size, level, tileIndex);
    return (await tile(level, tileIndex, width)).subtree(within, index - (tileIndex * tileWidth) / 2 ** within);
  };
}
