/**
 * Proofs and roots computed from complete subtrees. Each proof of RFC 9162, section 2.1, is a list of ranges of leaves
 * whose roots it consists of; a range splits into complete subtrees, and those come from tiles.
 */
import { emptyRoot, hashNode, splitPoint } from './merkle.ts';

/** Hash of the complete subtree number `index` of 2^height leaves. */
export type SubtreeReader = (height: number, index: number) => Promise<Uint8Array>;

/** Leaves `from` to `to - 1`. */
type Range = readonly [from: number, to: number];

/** PATH(index, D[size]) of RFC 9162, section 2.1.3.1. Needs 0 <= index < size. */
export async function inclusionProof(index: number, size: number, subtree: SubtreeReader): Promise<Uint8Array[]> {
  const ranges: Range[] = [];
  let [from, to]: Range = [0, size];
  while (to - from > 1) {
    const middle = from + splitPoint(to - from);
    if (index < middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
    }
  }
  return rootsOf(ranges.reverse(), subtree);
}

/** PROOF(oldSize, D[size]) of RFC 9162, section 2.1.4.1. Needs 0 <= oldSize <= size; from the empty tree it is empty. */
export async function consistencyProof(oldSize: number, size: number, subtree: SubtreeReader): Promise<Uint8Array[]> {
  if (oldSize === 0) return [];
  const ranges: Range[] = [];
  let [from, to]: Range = [0, size];
  // Once the walk has gone right, the old tree is no longer one whole on the left that the verifier knows.
  let known = true;
  while (to > oldSize) {
    const middle = from + splitPoint(to - from);
    if (oldSize <= middle) {
      ranges.push([middle, to]);
      to = middle;
    } else {
      ranges.push([from, middle]);
      from = middle;
      known = false;
    }
  }
  if (!known) ranges.push([from, to]);
  return rootsOf(ranges.reverse(), subtree);
}

/** Root of the first `size` leaves. */
export async function rootOf(size: number, subtree: SubtreeReader): Promise<Uint8Array> {
  return size === 0 ? emptyRoot : rangeRoot([0, size], subtree);
}

async function rootsOf(ranges: readonly Range[], subtree: SubtreeReader): Promise<Uint8Array[]> {
  const roots: Uint8Array[] = [];
  for (const range of ranges) roots.push(await rangeRoot(range, subtree));
  return roots;
}

/** Root of the tree over a range that begins where the splitting of a tree lets it begin. */
async function rangeRoot([from, to]: Range, subtree: SubtreeReader): Promise<Uint8Array> {
  const lefts: Uint8Array[] = [];
  let start = from;
  for (;;) {
    let height = 0;
    while (2 ** (height + 1) <= to - start) height += 1;
    const hash = await subtree(height, start / 2 ** height);
    start += 2 ** height;
    if (start === to) return lefts.reduceRight((right, left) => hashNode(left, right), hash);
    lefts.push(hash);
  }
}
