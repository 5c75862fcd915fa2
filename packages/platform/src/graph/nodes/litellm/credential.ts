import type { GraphNode, NodeRule } from '@firebreak/contract';
import { providerCredentials } from '../../litellm/credentials.ts';

/**
 * A provider's credential in the proxy. Holding this node is being able to have it used: to spend on it, and to send to whoever
 * it belongs to. Its value is another matter, and only the proxy has it.
 */
export default {
  kinds: ['Credential'],
  needs: ['litellm.credential', 'litellm.deployment'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, from, provider, server, facts } of providerCredentials(estate))
      yield {
        id,
        kind: 'Credential',
        class: 'credential',
        name: `${name} of ${server}`,
        facts,
        tenure: { lifetime: 'static', access: 'standing' },
        detail: { from, ...(provider === undefined ? {} : { provider }) },
      };
  },
} satisfies NodeRule;
