/**
 * A tree that grows: of all its nodes it keeps only the frontier, the roots of the complete subtrees that the present size
 * falls into (one for each 1 in the size's binary digits, largest subtree first). Appending costs one node hash on average
 * and at most 53; nothing else of the tree is needed, which is why a log of any length goes on from a few hundred bytes.
 */
import { joinBytes } from '../kernel/bytes.ts';
import { hashPairs } from './hash-many.ts';
import { emptyRoot, hashBytes, hashNode, hashPairInto } from './merkle.ts';
import type { NewNode } from './store.ts';
import { tileHeight } from './tile.ts';

export class CompactRange {
  #size: number;
  /** The frontier as a stack, with room for one more than 53 hashes while two are being merged. */
  readonly #stack = new Uint8Array(54 * hashBytes);
  #depth: number;

  /** Goes on from a size and the frontier that `frontier()` gave at that size. Throws a RangeError when they do not fit. */
  constructor(size = 0, frontier: Uint8Array = new Uint8Array(0)) {
    this.#size = size;
    this.#depth = binaryOnes(size);
    if (frontier.length !== this.#depth * hashBytes) {
      throw new RangeError(
        `a tree of ${size} leaves has a frontier of ${this.#depth} hashes, not ${frontier.length} bytes`,
      );
    }
    this.#stack.set(frontier);
  }

  get size(): number {
    return this.#size;
  }

  /** The frontier, largest subtree first. */
  frontier(): Uint8Array {
    return new Uint8Array(this.#stack.subarray(0, this.#depth * hashBytes));
  }

  /** Appends the leaf hash at `offset` of `hashes`; adds the tlog-tiles nodes that it completes to `completed`. */
  push(hashes: Uint8Array, offset: number, completed?: NewNode[]): void {
    this.#stack.set(hashes.subarray(offset, offset + hashBytes), this.#depth * hashBytes);
    this.#depth += 1;
    let height = 0;
    // Each trailing 1 of the size is a complete subtree that has found its equal on the right.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.#depth -= 1;
      const left = (this.#depth - 1) * hashBytes;
      hashPairInto(this.#stack, left, this.#stack, left);
      height += 1;
      if (completed !== undefined && height % tileHeight === 0) {
        completed.push({
          level: height / tileHeight,
          index: (rest - 1) / 2,
          hash: new Uint8Array(this.#stack.subarray(left, left + hashBytes)),
        });
      }
    }
    this.#size += 1;
  }

  /**
   * Appends many leaf hashes, one after the other in `hashes`: what as many calls of `push` do, row by row instead of leaf by
   * leaf, so that all the nodes of a row are hashed together.
   */
  pushAll(hashes: Uint8Array, completed?: NewNode[]): void {
    /** Of each height, from the leaves up: the subtree that now waits for its equal on the right. */
    const waiting: Uint8Array[] = [];
    let row = hashes;
    let first = this.#size;
    for (let height = 0; row.length > 0; height += 1) {
      if (completed !== undefined && height > 0 && height % tileHeight === 0) {
        for (let at = 0; at * hashBytes < row.length; at += 1) {
          const hash = new Uint8Array(row.subarray(at * hashBytes, (at + 1) * hashBytes));
          completed.push({ level: height / tileHeight, index: first + at, hash });
        }
      }
      // The left one of the first pair has waited in the frontier.
      if (first % 2 === 1) {
        this.#depth -= 1;
        row = joinBytes(this.#stack.subarray(this.#depth * hashBytes, (this.#depth + 1) * hashBytes), row);
        first -= 1;
      }
      if ((row.length / hashBytes) % 2 === 1) waiting.unshift(row.subarray(row.length - hashBytes));
      row = hashPairs(row);
      first /= 2;
    }
    for (const hash of waiting) {
      this.#stack.set(hash, this.#depth * hashBytes);
      this.#depth += 1;
    }
    this.#size += hashes.length / hashBytes;
  }

  /** The root of the tree at its present size. */
  root(): Uint8Array {
    if (this.#depth === 0) return emptyRoot;
    const at = (index: number) => this.#stack.subarray(index * hashBytes, (index + 1) * hashBytes);
    let root: Uint8Array = new Uint8Array(at(this.#depth - 1));
    for (let index = this.#depth - 2; index >= 0; index -= 1) root = hashNode(at(index), root);
    return root;
  }
}

function binaryOnes(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`not a tree size: ${size}`);
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}
