import type { GraphNode, NodeRule } from '@firebreak/contract';

/** Whom we tell that sessions are over. What it does then is its own: no step leads from or to it. */
export default {
  kinds: ['SignalReceiver'],
  needs: ['ssf.receiver'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('ssf.receiver'))
      yield {
        id,
        kind: 'SignalReceiver',
        class: 'endpoint',
        name: data.receiver,
        facts: [id],
        detail: { audience: data.audience, delivery: data.delivery, events: data.events.join(', ') },
      };
  },
} satisfies NodeRule;
