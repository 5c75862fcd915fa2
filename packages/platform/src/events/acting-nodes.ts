import type { NodeId, NormalEvent } from '@firebreak/contract';

/** The nodes that acted in an event, as it names them; a group is no actor. */
export function actingNodes({ actor: { id, credential, behind, also = [] } }: NormalEvent): readonly NodeId[] {
  const nodes: NodeId[] = [];
  const add = (node: NodeId | undefined) => {
    if (node !== undefined && !nodes.includes(node) && isActor(node)) nodes.push(node);
  };
  for (const node of [credential, id, behind]) add(node);
  for (const node of also) add(node);
  return nodes;
}

/** Groups act in too many events to be found by. */
export function isActor(node: NodeId): boolean {
  return !node.startsWith('kubernetes:Group/');
}
