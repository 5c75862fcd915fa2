import type { GraphNode, NodeRule } from '@firebreak/contract';
import { anybodyId } from '../../mlflow/access.ts';

/** The tracking server: holding it is being its administrator. And anybody who reaches it, where it asks nobody. */
export default {
  kinds: ['Server', 'Anonymous'],
  needs: ['mlflow.server'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.server')) {
      const { server, authentication, version } = data;
      yield {
        id,
        kind: 'Server',
        class: 'control-plane',
        name: server,
        facts: [id],
        detail: { authentication, ...(version === undefined ? {} : { version }) },
      };
      if (authentication !== 'none') continue;
      const name = `anybody who reaches ${server}`;
      yield { id: anybodyId(server), kind: 'Anonymous', class: 'identity', name, facts: [id] };
    }
  },
} satisfies NodeRule;
