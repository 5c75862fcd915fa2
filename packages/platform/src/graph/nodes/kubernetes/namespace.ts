import { type GraphNode, kubernetesId, type NodeRule } from '@firebreak/contract';
import { podSecurity } from '../../kubernetes/admission.ts';
import { namespacesOf } from '../../kubernetes/bindable.ts';
import { jewelOf } from '../../kubernetes/jewels.ts';

/** Every namespace that anything is in or is delivered to, whether or not its object was collected. */
export default {
  kinds: ['Namespace'],
  needs: ['kubernetes.namespace', 'kubernetes.delivery-channel'],
  *derive(estate): Generator<GraphNode> {
    const delivered = estate.all('kubernetes.delivery-channel').flatMap(({ data }) => data.targetNamespaces);
    for (const name of new Set([...namespacesOf(estate), ...delivered])) {
      const id = kubernetesId('Namespace', undefined, name);
      const metadata = estate.get('kubernetes.namespace', id)?.data.metadata;
      const jewel = metadata === undefined ? undefined : jewelOf(metadata);
      yield {
        id,
        kind: 'Namespace',
        class: 'inventory',
        name,
        ...(metadata === undefined ? {} : { labels: metadata.labels }),
        facts: metadata === undefined ? [] : [id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: { podSecurity: podSecurity(estate, name) },
      };
    }
  },
} satisfies NodeRule;
