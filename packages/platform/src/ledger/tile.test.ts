import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { hashBytes, hashLeaf, verifyConsistency, verifyInclusion } from './merkle.ts';
import { consistencyProof, inclusionProof, rootOf } from './proof.ts';
import type { NewNode } from './store.ts';
import { openTile, parseTilePath, tilePath, tilesOf, tileWidth, widthOfTile } from './tile.ts';
import { tileReader } from './tile-reader.ts';

test('paths, with the examples of the standard', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 1, index: 0, width: 17 })).toBe('tile/1/000.p/17');
  expect(tilePath({ level: 2, index: 1000, width: 1 })).toBe('tile/2/x001/000.p/1');
});

test('a path says its tile again', () => {
  const anyTile = fc.record({
    level: fc.nat(6),
    index: fc.oneof(
      fc.nat(3000),
      fc.maxSafeNat().map((index) => index % 2 ** 45),
    ),
    width: fc.integer({ min: 1, max: tileWidth }),
  });
  fc.assert(
    fc.property(anyTile, (tile) => {
      expect(parseTilePath(tilePath(tile))).toEqual(tile);
    }),
  );
});

test.each([
  'tile/0/1',
  'tile/0/0001',
  'tile/00/001',
  'tile/64/001',
  'tile/0/x000/001',
  'tile/0/001/x002',
  'tile/0/001.p/0',
  'tile/0/001.p/256',
  'tile/0/001.p/01',
  '/tile/0/001',
  'tile/0/001 ',
  'tile/0/../001',
  'tile/-1/001',
  'tile/0/x999/x999/x999/x999/x999/999',
])('%j is no path of a tile', (path) => {
  expect(parseTilePath(path)).toBeUndefined();
});

test('the tiles of a tree of 70,000, as the standard counts them', () => {
  const tiles = [...tilesOf(70_000)];
  const full = (level: number) => tiles.filter((tile) => tile.level === level && tile.width === 256).length;
  const partial = (level: number) =>
    tiles.filter((tile) => tile.level === level && tile.width < 256).map(({ width }) => width);
  expect([full(0), partial(0), full(1), partial(1), full(2), partial(2)]).toEqual([273, [112], 1, [17], 0, [1]]);
  expect(tiles.length).toBe(273 + 1 + 1 + 1 + 1);
  expect([...tilesOf(256)]).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
  expect([...tilesOf(0)]).toEqual([]);
  expect(widthOfTile(70_000, 0, 274)).toBe(0);
});

test('what is no tile does not open', () => {
  for (const length of [0, 31, 33, 257 * 32]) expect(() => openTile(new Uint8Array(length))).toThrow(RangeError);
  expect(() => openTile(new Uint8Array(96)).subtree(1, 1)).toThrow(RangeError);
  expect(openTile(new Uint8Array(96)).width).toBe(3);
});

/** A log of leaf hashes and nodes, as a store keeps it. */
function stored(size: number) {
  const levels: Uint8Array[][] = [Array.from({ length: size }, (_, at) => hashLeaf(Buffer.from(`record ${at}`)))];
  const nodes: NewNode[] = [];
  const range = new CompactRange();
  const roots = [range.root()];
  for (const leaf of levels[0] ?? []) {
    range.push(leaf, 0, nodes);
    roots.push(range.root());
  }
  for (const { level, index, hash } of nodes) {
    levels[level] ??= [];
    levels[level][index] = hash;
  }
  let reads = 0;
  const read = async (level: number, start: number, count: number) => {
    reads += 1;
    const hashes = levels[level]?.slice(start, start + count) ?? [];
    if (hashes.length !== count) throw new Error(`no hashes ${level}/${start}+${count}`);
    return Buffer.concat(hashes);
  };
  return { read, roots, reads: () => reads };
}

test('roots and proofs from tiles equal those of the growing tree, at the edges of tiles too', async () => {
  const size = 66_000; // three levels of tiles
  const { read, roots, reads } = stored(size);
  const subtreesOf = tileReader(read);
  for (const at of [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, size]) {
    expect(Buffer.from(await rootOf(at, subtreesOf(at)))).toEqual(Buffer.from(roots[at] ?? []));
  }
  const edges = fc.constantFrom(0, 1, 254, 255, 256, 257, 65_535, 65_536, 65_791, 65_999);
  await fc.assert(
    fc.asyncProperty(fc.oneof(edges, fc.nat(size - 1)), fc.oneof(edges, fc.nat(size - 1)), async (a, b) => {
      const [index, tree] = a <= b ? [a, b + 1] : [b, a + 1];
      const root = roots[tree] ?? new Uint8Array(hashBytes);
      const leafHash = await read(0, index, 1);
      const proof = await inclusionProof(index, tree, subtreesOf(tree));
      expect(verifyInclusion({ index, size: tree, leafHash, root, proof })).toBe(true);
      const oldRoot = roots[index] ?? new Uint8Array(hashBytes);
      const consistency = await consistencyProof(index, tree, subtreesOf(tree));
      expect(verifyConsistency({ oldSize: index, oldRoot, size: tree, root, proof: consistency })).toBe(true);
    }),
  );
  const before = reads();
  for (let index = 1000; index < 1200; index += 1) await inclusionProof(index, size, subtreesOf(size));
  expect(reads() - before).toBeLessThanOrEqual(6); // neighbours share their tiles
});
