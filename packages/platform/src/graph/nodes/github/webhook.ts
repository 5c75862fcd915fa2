import type { GraphNode, NodeRule } from '@firebreak/contract';

/** Where GitHub tells of what happens: a third party that hears, named by its host. */
export default {
  kinds: ['Webhook'],
  needs: ['github.webhook'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('github.webhook'))
      yield {
        id,
        kind: 'Webhook',
        class: 'endpoint',
        name: data.target ?? `webhook ${data.id}`,
        namespace: data.source,
        facts: [id],
        ...(data.target === undefined ? {} : { about: { vendor: data.target } }),
        detail: { active: data.active, events: data.events.join(', '), insecureSsl: data.insecure_ssl === true },
      };
  },
} satisfies NodeRule;
