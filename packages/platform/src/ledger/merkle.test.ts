import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { emptyRoot, hashLeaf, hashNode, splitPoint, verifyConsistency, verifyInclusion } from './merkle.ts';
import { consistencyProof, inclusionProof, rootOf, type SubtreeReader } from './proof.ts';

const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

// The reference leaves and roots of certificate-transparency (merkle_tree_test) and transparency-dev/merkle.
const referenceLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
  .map(bytes)
  .map(hashLeaf);
const referenceRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** RFC 6962, section 2.1, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyRoot;
  if (leaves.length === 1) return only;
  const k = splitPoint(leaves.length);
  return hashNode(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}
const naiveSubtrees =
  (leaves: readonly Uint8Array[]): SubtreeReader =>
  async (height, index) => {
    const part = leaves.slice(index * 2 ** height, (index + 1) * 2 ** height);
    expect(part.length).toBe(2 ** height);
    return naiveRoot(part);
  };
const leavesOf = (count: number) => Array.from({ length: count }, (_, at) => hashLeaf(Buffer.from(`leaf ${at}`)));

describe('the reference tree', () => {
  test('roots of all sizes', async () => {
    for (const [size, root] of referenceRoots.entries()) {
      const leaves = referenceLeaves.slice(0, size);
      const range = new CompactRange();
      for (const leaf of leaves) range.push(leaf, 0);
      expect(hex(naiveRoot(leaves))).toBe(root);
      expect(hex(range.root())).toBe(root);
      expect(hex(await rootOf(size, naiveSubtrees(leaves)))).toBe(root);
    }
  });

  test.each([
    [0, 1, []],
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
    [
      1,
      5,
      [
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('inclusion of leaf %i among %i', async (index, size, expected) => {
    const proof = await inclusionProof(index, size, naiveSubtrees(referenceLeaves.slice(0, size)));
    expect(proof.map(hex)).toEqual(expected);
  });

  test.each([
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('consistency of %i with %i', async (oldSize, size, expected) => {
    const proof = await consistencyProof(oldSize, size, naiveSubtrees(referenceLeaves.slice(0, size)));
    expect(proof.map(hex)).toEqual(expected);
  });
});

test('a long record is hashed the same way', () => {
  // (printf '\0'; head -c 65536 /dev/zero | tr '\0' '\7') | sha256sum
  expect(hex(hashLeaf(Buffer.alloc(65_536, 7)))).toBe(
    '3b0bad495fb7dd324560a7f09bab530d120083ac6f76c1dacbfa27c584aa0df0',
  );
});

const treeAndIndex = fc.integer({ min: 1, max: 300 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

test('every leaf of every tree up to 70 has a proof that verifies, there and nowhere else', async () => {
  for (let size = 1; size <= 70; size += 1) {
    const leaves = leavesOf(size);
    const root = naiveRoot(leaves);
    for (let index = 0; index < size; index += 1) {
      const proof = await inclusionProof(index, size, naiveSubtrees(leaves));
      const leafHash = leaves[index] ?? emptyRoot;
      expect(verifyInclusion({ index, size, leafHash, root, proof })).toBe(true);
      expect(verifyInclusion({ index: index + 1, size, leafHash, root, proof })).toBe(false);
      expect(verifyInclusion({ index: index - 1, size, leafHash, root, proof })).toBe(false);
      expect(verifyInclusion({ index, size, leafHash, root, proof: [...proof, root] })).toBe(false);
      expect(verifyInclusion({ index, size, leafHash, root, proof: proof.slice(1) })).toBe(size === 1);
    }
  }
});

test('an inclusion proof breaks with any bit', async () => {
  await fc.assert(
    fc.asyncProperty(treeAndIndex, fc.nat(), async ([size, index], seed) => {
      const leaves = leavesOf(size);
      const claim = {
        index,
        size,
        leafHash: new Uint8Array(leaves[index] ?? []),
        root: new Uint8Array(naiveRoot(leaves)),
        proof: (await inclusionProof(index, size, naiveSubtrees(leaves))).map((hash) => new Uint8Array(hash)),
      };
      expect(verifyInclusion(claim)).toBe(true);
      flipOneBit([claim.leafHash, claim.root, ...claim.proof], seed);
      expect(verifyInclusion(claim)).toBe(false);
    }),
  );
});

test('every older tree up to 70 is consistent with every later one, and with no other', async () => {
  for (let size = 0; size <= 70; size += 1) {
    const leaves = leavesOf(size);
    const root = naiveRoot(leaves);
    for (let oldSize = 0; oldSize <= size; oldSize += 1) {
      const proof = await consistencyProof(oldSize, size, naiveSubtrees(leaves));
      const oldRoot = naiveRoot(leaves.slice(0, oldSize));
      expect(verifyConsistency({ oldSize, oldRoot, size, root, proof })).toBe(true);
      expect(verifyConsistency({ oldSize, oldRoot, size, root, proof: [...proof, root] })).toBe(false);
      expect(verifyConsistency({ oldSize: oldSize + 1, oldRoot, size, root, proof })).toBe(false);
      if (proof.length > 0) {
        expect(verifyConsistency({ oldSize, oldRoot, size, root, proof: proof.slice(1) })).toBe(false);
      }
    }
  }
});

test('a consistency proof breaks with any bit', async () => {
  await fc.assert(
    fc.asyncProperty(treeAndIndex, fc.nat(), async ([size, oldSize], seed) => {
      const leaves = leavesOf(size);
      const claim = {
        oldSize,
        size,
        oldRoot: new Uint8Array(naiveRoot(leaves.slice(0, oldSize))),
        root: new Uint8Array(naiveRoot(leaves)),
        proof: (await consistencyProof(oldSize, size, naiveSubtrees(leaves))).map((hash) => new Uint8Array(hash)),
      };
      expect(verifyConsistency(claim)).toBe(true);
      // From the empty tree to any other nothing is proven about the later root.
      flipOneBit(oldSize === 0 ? [claim.oldRoot] : [claim.oldRoot, claim.root, ...claim.proof], seed);
      expect(verifyConsistency(claim)).toBe(false);
    }),
  );
});

function flipOneBit(hashes: readonly Uint8Array[], seed: number): void {
  const bit = seed % (hashes.length * 256);
  const hash = hashes[Math.floor(bit / 256)];
  const at = Math.floor((bit % 256) / 8);
  if (hash !== undefined) hash[at] = (hash[at] ?? 0) ^ (1 << (bit % 8));
}

test('claims that make no sense are false, not errors', () => {
  const hash = emptyRoot;
  expect(verifyInclusion({ index: 0, size: 0, leafHash: hash, root: hash, proof: [] })).toBe(false);
  expect(verifyInclusion({ index: -1, size: 1, leafHash: hash, root: hash, proof: [] })).toBe(false);
  expect(verifyInclusion({ index: 0.5, size: 1, leafHash: hash, root: hash, proof: [] })).toBe(false);
  expect(verifyInclusion({ index: 0, size: 2 ** 53, leafHash: hash, root: hash, proof: [] })).toBe(false);
  expect(verifyInclusion({ index: 0, size: 1, leafHash: hash, root: hash, proof: [] })).toBe(true);
  expect(verifyInclusion({ index: 0, size: 2, leafHash: hash, root: hash, proof: [new Uint8Array(31)] })).toBe(false);
  expect(verifyConsistency({ oldSize: 2, oldRoot: hash, size: 1, root: hash, proof: [] })).toBe(false);
  expect(verifyConsistency({ oldSize: 3, oldRoot: hash, size: 5, root: hash, proof: [] })).toBe(false);
  expect(verifyConsistency({ oldSize: 0, oldRoot: new Uint8Array(32), size: 1, root: hash, proof: [] })).toBe(false);
});

test('sizes beyond 32 bits: a proof of the right edge of a tree of 2^40 + 1', async () => {
  const size = 2 ** 40 + 1;
  const leafHash = hashLeaf(Buffer.from('last'));
  const big = hashLeaf(Buffer.from('stands for the complete subtree'));
  const proof = await inclusionProof(2 ** 40, size, async (height, index) => {
    expect([height, index]).toEqual([40, 0]);
    return big;
  });
  const root = hashNode(big, leafHash);
  expect(verifyInclusion({ index: 2 ** 40, size, leafHash, root, proof })).toBe(true);
  expect(verifyInclusion({ index: 0, size, leafHash, root, proof })).toBe(false);
  expect(verifyConsistency({ oldSize: 2 ** 40, oldRoot: big, size, root, proof: [leafHash] })).toBe(true);
});

describe('the compact range', () => {
  test('equals the naive root, whatever was stopped and gone on with', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 8 }), (batches) => {
        const leaves = leavesOf(batches.reduce((sum, count) => sum + count, 0));
        let range = new CompactRange();
        for (const count of batches) {
          range = new CompactRange(range.size, range.frontier());
          for (const leaf of leaves.slice(range.size, range.size + count)) range.push(leaf, 0);
        }
        expect(hex(range.root())).toBe(hex(naiveRoot(leaves)));
      }),
    );
  });

  test('hands out the nodes of the tiles that it completes', () => {
    const leaves = leavesOf(1030);
    const nodes: { level: number; index: number; hash: Uint8Array }[] = [];
    const range = new CompactRange();
    for (const leaf of leaves) range.push(leaf, 0, nodes);
    expect(nodes.map(({ level, index }) => [level, index])).toEqual([0, 1, 2, 3].map((index) => [1, index]));
    for (const { index, hash } of nodes)
      expect(hex(hash)).toBe(hex(naiveRoot(leaves.slice(index * 256, index * 256 + 256))));
  });

  test('refuses a frontier of another size', () => {
    expect(() => new CompactRange(3, new Uint8Array(32))).toThrow(RangeError);
    expect(() => new CompactRange(-1)).toThrow(RangeError);
    expect(new CompactRange(2 ** 52 + 1, new Uint8Array(64)).size).toBe(2 ** 52 + 1);
  });
});
