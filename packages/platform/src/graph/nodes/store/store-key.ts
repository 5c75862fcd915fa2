import type { GraphNode, NodeRule } from '@firebreak/contract';
import { storeKeys } from '../../store/keys.ts';

/** Keys of a store that are written into its configuration: static by what they are. */
export default {
  kinds: ['Credential'],
  needs: ['store.store'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, name, store } of storeKeys(estate))
      yield {
        id,
        kind: 'Credential',
        class: 'credential',
        name,
        facts: [store.id],
        tenure: { lifetime: 'static', access: 'standing' },
        detail: { store: store.id, literalInFile: true, system: store.data.software },
      };
  },
} satisfies NodeRule;
