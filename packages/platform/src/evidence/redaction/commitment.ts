/**
 * A commitment to each field of a JSON record, so that fields can be left out of a copy later and the rest is still proven.
 *
 * The record is its leaves: scalars, and empty lists and objects, each with the JSON pointer (RFC 6901) to it, by the order of the
 * pointers. A leaf's hash is RFC 6962's over the canonical JSON of [salt, pointer, value]; the root is that of the tree over them. The
 * salt of each leaf is 32 bytes that nobody can guess (HMAC-SHA-256 of the pointer under a seed of the record), so a hash in the place
 * of a field that was left out tells nothing about it, however few values it may have. (The idea is that of SD-JWT, RFC 9901, in a
 * tree, so that a proof for one record of a large snapshot is short.)
 */
import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { hashLeaf } from '../../ledger/merkle.ts';
import { treeRoot } from './tree.ts';

export interface Leaf {
  readonly pointer: string;
  readonly value: unknown;
}

/** No record has more leaves; one that has is not committed to by fields. */
const mostLeaves = 100_000;
const deepest = 200;

/** The leaves of a record in their order; undefined for one that is too large or too deep. */
export function leavesOf(record: unknown): readonly Leaf[] | undefined {
  const leaves: Leaf[] = [];
  const fits = walk(record, '', 0, leaves);
  if (!fits) return undefined;
  return leaves.sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
}

function walk(value: unknown, pointer: string, depth: number, leaves: Leaf[]): boolean {
  if (depth > deepest || leaves.length >= mostLeaves) return false;
  const inner: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((each, at) => [String(at), each] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  if (inner.length === 0) {
    leaves.push({ pointer, value });
    return true;
  }
  return inner.every(([name, each]) => walk(each, `${pointer}/${escaped(name)}`, depth + 1, leaves));
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Base64. */
export function saltOf(seed: Uint8Array, pointer: string): string {
  return createHmac('sha256', seed).update(pointer).digest('base64');
}

export function leafHash(salt: string, { pointer, value }: Leaf): Uint8Array {
  return hashLeaf(Buffer.from(canonicalJson([salt, pointer, value])));
}

/** Root (hex) over the fields of a record. */
export function fieldsRoot(leaves: readonly Leaf[], seed: Uint8Array): string {
  return Buffer.from(treeRoot(leaves.map((leaf) => leafHash(saltOf(seed, leaf.pointer), leaf)))).toString('hex');
}

/** What a record adds to the tree of its snapshot. The number is bound too: else a hash could stand for several fields. */
export function recordLeaf(
  piece: string,
  { count, root }: { readonly count: number; readonly root: string },
): Uint8Array {
  return hashLeaf(Buffer.from(canonicalJson([piece, count, root])));
}

/** A record again, of the leaves that are there. */
export function recordFrom(leaves: readonly Leaf[]): unknown {
  const root: Holder = { inner: new Map() };
  for (const { pointer, value } of leaves) {
    let place = root;
    for (const name of pointer.split('/').slice(1).map(unescaped)) {
      let next = place.inner.get(name);
      if (next === undefined) {
        next = { inner: new Map() };
        place.inner.set(name, next);
      }
      place = next;
    }
    place.value = { is: value };
  }
  return shapeOf(root);
}

interface Holder {
  readonly inner: Map<string, Holder>;
  value?: { readonly is: unknown };
}

/** Names alone do not tell a list from an object with numbers as names: it is shown as the object, which says no less. */
function shapeOf({ inner, value }: Holder): unknown {
  if (value !== undefined) return value.is;
  return Object.fromEntries([...inner].map(([name, holder]) => [name, shapeOf(holder)]));
}

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}
