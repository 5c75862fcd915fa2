import type { Asset, AssetNotes, GraphNode } from '@firebreak/contract';
import { nodeLine } from '../graph/exports.ts';

/** A node with all that is known of it, as answers print it. */
export function assetOf(node: GraphNode): Asset {
  return {
    ...nodeLine(node),
    ...(node.about === undefined ? {} : { about: notesOf(node.about) }),
    ...(node.tenure === undefined ? {} : { tenure: { ...node.tenure } }),
  };
}

function notesOf({ permittedUse, duties, tags, ...notes }: AssetNotes): NonNullable<Asset['about']> {
  return {
    ...notes,
    ...(permittedUse === undefined ? {} : { permittedUse: [...permittedUse] }),
    ...(duties === undefined ? {} : { duties: { ...duties } }),
    ...(tags === undefined ? {} : { tags: { ...tags } }),
  };
}
