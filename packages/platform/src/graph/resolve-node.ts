import { FirebreakError, type GraphNode, type NodeId } from '@firebreak/contract';
import { type Bitset, hasBit } from './bitset.ts';

const candidatesShown = 20;

/**
 * The node that a person means by an id, an id without its system, a unique `kind/name` or a unique `kind/namespace/name`.
 * A kind may be written in any case and without its API group (`application/argocd/serving`), as long as that stays unique.
 *
 * @returns its number
 * @throws FirebreakError FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS with `detail.candidates`, ids ascending
 */
export function resolveNode(
  nodes: readonly GraphNode[],
  hubs: Bitset,
  indexOf: ReadonlyMap<NodeId, number>,
  text: string,
): number {
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
  const name = text.slice(text.lastIndexOf('/') + 1);
  const namesakes = nodes.filter((node, index) => node.name === name && !hasBit(hubs, index)).map((node) => node.id);
  throw new FirebreakError('FB-NODE-UNKNOWN', `Nothing is called ${quoted(text)}.`, {
    detail: { candidates: namesakes.slice(0, candidatesShown) },
  });
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
