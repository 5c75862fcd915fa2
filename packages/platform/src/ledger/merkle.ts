/**
 * RFC 6962 hashing and the verification algorithms of RFC 9162, section 2.1.
 *
 * What must stay true: a leaf is hashed with a 0x00 before it and an inner node with a 0x01, so no record can pass for a
 * node; the tree of n leaves splits at the largest power of two below n; and verification looks at every hash of a proof
 * and at nothing but the arguments. Sizes may exceed 32 bits, so halving is division here, never a shift.
 *
 * Hashes are 32 bytes. Nothing in here is of Node, and nothing in here throws on foreign input: a wrong proof is `false`.
 */
import { sha256, sha256Into } from '#digest';
import { sameBytes } from '../kernel/bytes.ts';

/** Bytes in a hash. */
export const hashBytes = 32;

/** Root of the tree without leaves: the hash of nothing. */
export const emptyRoot: Uint8Array = sha256('');

/** Scratch space, so that hashing allocates nothing; safe because nothing here awaits. */
const leafScratch = new Uint8Array(64 * 1024);
const nodeScratch = new Uint8Array(1 + 2 * hashBytes);
nodeScratch[0] = 1;

/** Writes the leaf hash of a record, SHA-256(0x00 || record), to `target` at `offset`. */
export function hashLeafInto(target: Uint8Array, offset: number, record: Uint8Array): void {
  const scratch = record.length < leafScratch.length ? leafScratch : new Uint8Array(1 + record.length);
  scratch[0] = 0;
  scratch.set(record, 1);
  sha256Into(target, offset, scratch.subarray(0, 1 + record.length));
}

/** The leaf hash of a record. */
export function hashLeaf(record: Uint8Array): Uint8Array {
  const hash = new Uint8Array(hashBytes);
  hashLeafInto(hash, 0, record);
  return hash;
}

/** Writes SHA-256(0x01 || left || right), where both stand one after the other in `pair` at `from`, to `target` at `offset`. */
export function hashPairInto(target: Uint8Array, offset: number, pair: Uint8Array, from: number): void {
  nodeScratch.set(pair.subarray(from, from + 2 * hashBytes), 1);
  sha256Into(target, offset, nodeScratch);
}

/** The hash of an inner node. */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + hashBytes);
  return sha256(nodeScratch);
}

/** The largest power of two below `n`, for `n` of 2 or more: where RFC 6962 splits a tree. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly root: Uint8Array;
  /** From the leaf's sibling upwards. */
  readonly proof: readonly Uint8Array[];
}

/** Whether the leaf stands at `index` in the tree of `size` leaves with this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion({ index, size, leafHash, root, proof }: InclusionClaim): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !allHashes([leafHash, root, ...proof])) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = hashNode(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(hash, root);
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the first `oldSize` leaves of the tree are exactly the older tree (RFC 9162, section 2.1.4.2). The empty tree is
 * a beginning of every tree; the RFC leaves that case out.
 */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: ConsistencyClaim): boolean {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size || !allHashes([oldRoot, root, ...proof])) return false;
  if (oldSize === size) return proof.length === 0 && sameBytes(oldRoot, root);
  if (oldSize === 0) return proof.length === 0 && sameBytes(oldRoot, emptyRoot);

  // An old tree that is a complete subtree is itself the first hash, and is left out of the proof.
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash);
      newHash = hashNode(sibling, newHash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newHash = hashNode(newHash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(oldHash, oldRoot) && sameBytes(newHash, root);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isPowerOfTwo(value: number): boolean {
  return 2 ** Math.round(Math.log2(value)) === value;
}

function allHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === hashBytes);
}
