import type { Estate, Interruption, NodeId } from '@firebreak/contract';
import { type DeliveryParent, deliveryParent, deliveryParentId, type Marked } from './parent.ts';

/**
 * The remark that an object is delivered and will be put back, as an interruption without weight: nobody is hit by it, but
 * whoever approves the step must see it. Empty when no mark says so.
 */
export function putBackBy(estate: Estate, metadata: Marked | undefined, own: NodeId): readonly Interruption[] {
  const parent = metadata === undefined ? undefined : deliveryParent(metadata);
  if (parent === undefined) return [];
  const id = knownChannel(estate, parent);
  if (id === undefined && !parent.certain) return [];
  const who = { kind: parent.kind, id: id ?? deliveryParentId(parent), name: parent.name };
  // The root of an app of apps tracks itself.
  if (who.id === own) return [];
  return [
    { who, what: `Delivers this object and puts it back at the next synchronisation: suspend it first.`, weight: 0 },
  ];
}

/** The parent among the delivery channels of the estate; a mark without namespace is matched by kind and name. */
function knownChannel(estate: Estate, parent: DeliveryParent): NodeId | undefined {
  if (parent.namespace !== undefined) return estate.get('kubernetes.delivery-channel', deliveryParentId(parent))?.id;
  return estate
    .all('kubernetes.delivery-channel')
    .find(({ data }) => data.resourceKind === parent.kind && data.metadata.name === parent.name)?.id;
}
