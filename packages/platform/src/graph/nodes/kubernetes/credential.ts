import type { GraphNode, NodeRule } from '@firebreak/contract';
import { cloudIdentitiesOf, credentialsOf } from '../../kubernetes/credentials.ts';

/** No jewel of its own: a secret that holds one is a jewel already, and what a cloud role is worth its cloud must say. */
export default {
  kinds: ['Credential'],
  needs: ['kubernetes.secret', 'kubernetes.service-account'],
  *derive(estate): Generator<GraphNode> {
    const cloud = [...cloudIdentitiesOf(estate).values()].flat();
    for (const { id, holder, namespace, name, system, because } of [...credentialsOf(estate), ...cloud]) {
      yield {
        id,
        kind: 'Credential',
        class: 'credential',
        name: `${name} (${system})`,
        namespace,
        facts: [holder],
        detail: { system, because },
      };
    }
  },
} satisfies NodeRule;
