/** Root and paths of a small tree in memory, as RFC 6962 has them; the log itself works on tiles (`ledger/proof.ts`). */
import { emptyRoot, hashNode, splitPoint } from '../../ledger/merkle.ts';

/** Root over leaf hashes. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return emptyRoot;
  if (leaves.length === 1) return only;
  const middle = splitPoint(leaves.length);
  return hashNode(treeRoot(leaves.slice(0, middle)), treeRoot(leaves.slice(middle)));
}

/** From the leaf's sibling upwards: what `verifyInclusion` takes. Needs 0 <= index < leaves.length. */
export function treePath(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const middle = splitPoint(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle
    ? [...treePath(left, index), treeRoot(right)]
    : [...treePath(right, index - middle), treeRoot(left)];
}
