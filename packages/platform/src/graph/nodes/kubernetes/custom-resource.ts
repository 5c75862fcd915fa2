import type { AssetClass, GraphNode, NodeRule } from '@firebreak/contract';
import { groupOf } from '../../kubernetes/custom-kinds.ts';
import { assetOf, jewelOf } from '../../kubernetes/jewels.ts';

const marked: readonly AssetClass[] = ['model', 'dataset', 'artifact', 'pipeline', 'agent', 'tool'];

/** Inventory: no rule reads what is in them, but they can be marked, selected and counted. */
export default {
  kinds: ['CustomResource'],
  needs: ['kubernetes.custom-resource'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.custom-resource')) {
      const { metadata, resourceKind, apiVersion } = data;
      const group = groupOf(apiVersion);
      const asset = assetOf(metadata);
      const jewel = jewelOf(metadata);
      yield {
        id,
        kind: group === '' ? resourceKind : `${resourceKind}.${group}`,
        class: marked.find((known) => known === asset) ?? 'inventory',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: metadata.labels,
        facts: [id],
        ...(jewel === undefined ? {} : { jewel }),
      };
    }
  },
} satisfies NodeRule;
