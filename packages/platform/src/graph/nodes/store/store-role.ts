import type { GraphNode, NodeRule } from '@firebreak/contract';

/** A user or role of the store itself. What opens it without an end is said as such. */
export default {
  kinds: ['Role'],
  needs: ['store.role'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('store.role')) {
      const { name, admin, canLogIn, expires, store } = data;
      yield {
        id,
        kind: 'Role',
        class: 'identity',
        name,
        facts: [id],
        ...(canLogIn === true
          ? {
              tenure: {
                lifetime: 'static',
                access: 'standing',
                ...(expires === undefined ? {} : { expires }),
              } as const,
            }
          : {}),
        detail: { store, admin, ...(canLogIn === undefined ? {} : { canLogIn }) },
      };
    }
  },
} satisfies NodeRule;
