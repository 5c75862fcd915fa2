import type { GraphNode, NodeRule } from '@firebreak/contract';

export default {
  kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  needs: ['kubernetes.webhook-configuration'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('kubernetes.webhook-configuration')) {
      yield {
        id,
        kind: data.mutating ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration',
        class: 'control-plane',
        name: data.metadata.name,
        labels: data.metadata.labels,
        facts: [id],
        detail: { webhooks: data.webhooks.length },
      };
    }
  },
} satisfies NodeRule;
