import {
  catalogue,
  type ErrorCode,
  type Estate,
  FirebreakError,
  type GraphNode,
  type NodeId,
} from '@firebreak/contract';
import { type Bitset, hasBit } from './bitset.ts';

const candidatesShown = 20;

/**
 * The node that a person means by an id, an id without its system, a unique `kind/name` or a unique `kind/namespace/name`.
 * A kind may be written in any case and without its API group (`application/argocd/serving`), as long as that stays unique.
 *
 * @returns its number, or undefined
 * @throws FirebreakError FB-NODE-AMBIGUOUS with `detail.candidates`, ids ascending
 */
export function findNode(
  nodes: readonly GraphNode[],
  hubs: Bitset,
  indexOf: Pick<ReadonlyMap<NodeId, number>, 'get'>,
  text: string,
): number | undefined {
  const exact = indexOf.get(text);
  if (exact !== undefined && !hasBit(hubs, exact)) return exact;

  for (const means of [isIdWithoutSystem, isKindAndName, isLooseKindAndName]) {
    const found: number[] = [];
    nodes.forEach((node, index) => {
      if (!hasBit(hubs, index) && means(node, text)) found.push(index);
    });
    if (found.length === 1) return found[0] as number;
    if (found.length > 1) {
      const ids = found.map((index) => nodes[index]?.id);
      throw new FirebreakError('FB-NODE-AMBIGUOUS', `${quoted(text)} names ${found.length} nodes.`, {
        detail: { candidates: ids.slice(0, candidatesShown), count: ids.length },
      });
    }
  }
  return undefined;
}

/** FB-NODE-UNKNOWN with the ids of namesakes in `detail.candidates`. */
export function unknownNode(nodes: readonly GraphNode[], hubs: Bitset, text: string): FirebreakError {
  const name = text.slice(text.lastIndexOf('/') + 1);
  const namesakes = nodes.filter((node, index) => node.name === name && !hasBit(hubs, index)).map((node) => node.id);
  return new FirebreakError('FB-NODE-UNKNOWN', `Nothing is called ${quoted(text)}.`, {
    detail: { candidates: namesakes.slice(0, candidatesShown) },
  });
}

/**
 * An estate of which nothing could be read has no node at all. That it has not this one would be the smaller half of the
 * truth: the answer is why nothing could be read.
 *
 * @throws FirebreakError with the code of the first gap
 */
export function mustHaveRead({ size, gaps }: Pick<Estate, 'size' | 'gaps'>): void {
  const [gap] = gaps;
  if (size > 0 || gap === undefined) return;
  const code = gap.code in catalogue ? (gap.code as ErrorCode) : 'FB-SOURCE-UNREADABLE';
  throw new FirebreakError(code, `Nothing was read. ${gap.where}: ${gap.reason}`);
}

function isIdWithoutSystem(node: GraphNode, text: string): boolean {
  return (
    node.id.length > text.length && node.id.endsWith(text) && node.id.indexOf(':') === node.id.length - text.length - 1
  );
}

function isKindAndName(node: GraphNode, text: string): boolean {
  return text === `${node.kind}/${node.name}` || text === `${node.kind}/${node.namespace}/${node.name}`;
}

function isLooseKindAndName(node: GraphNode, text: string): boolean {
  const slash = text.indexOf('/');
  const kind = text.slice(0, slash).toLowerCase();
  const own = node.kind.toLowerCase();
  if (slash < 0 || (kind !== own && kind !== own.split('.', 1)[0])) return false;
  const rest = text.slice(slash + 1);
  return rest === node.name || rest === `${node.namespace}/${node.name}`;
}

/** A person's or a stranger's text, safe to print. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
