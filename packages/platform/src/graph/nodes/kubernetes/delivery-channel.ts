import type { GraphNode, NodeRule } from '@firebreak/contract';
import { groupOf } from '../../kubernetes/custom-kinds.ts';
import { jewelOf } from '../../kubernetes/jewels.ts';

export default {
  kinds: ['Application.argoproj.io', 'Kustomization.kustomize.toolkit.fluxcd.io', 'HelmRelease.helm.toolkit.fluxcd.io'],
  needs: ['kubernetes.delivery-channel'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.delivery-channel')) {
      const { metadata, resourceKind, apiVersion, automated, suspended, source } = data;
      const jewel = jewelOf(metadata);
      yield {
        id,
        kind: `${resourceKind}.${groupOf(apiVersion)}`,
        class: 'update-channel',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        labels: metadata.labels,
        facts: [id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: { automated, suspended, ...(source === undefined ? {} : { source }) },
      };
    }
  },
} satisfies NodeRule;
