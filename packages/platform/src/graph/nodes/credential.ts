import type { GraphNode, NodeRule } from '@firebreak/contract';
import { credentialsOf } from '../kubernetes/credentials.ts';

/** No jewel of its own: the secret that holds it is one already. */
export default {
  kinds: ['Credential'],
  needs: ['kubernetes.secret'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, secret, namespace, name, system, because } of credentialsOf(estate)) {
      yield {
        id,
        kind: 'Credential',
        class: 'credential',
        name: `${name} (${system})`,
        namespace,
        facts: [secret],
        detail: { system, because },
      };
    }
  },
} satisfies NodeRule;
