/**
 * Targets that many holders share, such as every role that a service may take. Where one decision stands for all of them, a
 * holder gets one edge to the whole pool instead of one to each: a thousand holders and a thousand roles stay two thousand
 * edges. Whoever is in the pool itself gets the blocks that it is not in, and its own block one by one.
 */
import type { NodeGroup, NodeId } from '@firebreak/contract';
import type { AwsDecision } from './evaluate.ts';
import type { Target } from './target.ts';

export interface Pool {
  /** Each gains one node, and all are presumed alike. */
  readonly members: readonly Target[];
  readonly whole: NodeGroup;
  readonly blocks: readonly { readonly group: NodeGroup; readonly members: readonly Target[] }[];
  /** The block of each node that is gained. */
  readonly blockOf: ReadonlyMap<NodeId, number>;
  /** Further actions on the target whose decision must be the same for all. */
  readonly actions: readonly string[];
  /** Decides further what a step cannot say, on any member for all. */
  readonly also?: (target: Target) => AwsDecision;
}

const blockSize = 64;
/** Fewer than this are told one by one. */
export const leastPool = 17;

/** @param key says exactly which set it is, `aws-passable:lambda.amazonaws.com:111122223333` */
export function poolOf(
  members: readonly Target[],
  key: string,
  label: string,
  { actions = [] }: { readonly actions?: readonly string[] } = {},
): Pool {
  const group = (part: readonly Target[], partKey: string): NodeGroup => ({
    key: partKey,
    label,
    members: () => part.flatMap(({ gains, facts }) => gains.map((node) => ({ node, facts }))),
  });
  const blocks = [];
  const blockOf = new Map<NodeId, number>();
  for (let from = 0; from < members.length; from += blockSize) {
    const part = members.slice(from, from + blockSize);
    for (const { gains } of part) for (const node of gains) blockOf.set(node, blocks.length);
    blocks.push({ group: group(part, `${key}:${from}`), members: part });
  }
  return { members, whole: group(members, key), blocks, blockOf, actions };
}
