import { type GraphNode, litellmId, type NodeRule } from '@firebreak/contract';

/** The proxy: holding it is being its administrator. Its master key; and anybody who reaches it, where it asks for no key. */
export default {
  kinds: ['Proxy', 'MasterKey', 'Anonymous'],
  needs: ['litellm.proxy'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('litellm.proxy')) {
      const { server, authentication, database, version, masterKey } = data;
      const facts = [id];
      yield {
        id,
        kind: 'Proxy',
        class: 'control-plane',
        name: server,
        facts,
        detail: { authentication, database, ...(version === undefined ? {} : { version }) },
      };
      if (authentication === 'none') {
        const name = `anybody who reaches ${server}`;
        yield { id: litellmId('Anonymous', server), kind: 'Anonymous', class: 'identity', name, facts };
      }
      if (authentication === 'key')
        yield {
          id: litellmId('MasterKey', server),
          kind: 'MasterKey',
          class: 'credential',
          name: `master key of ${server}`,
          facts,
          tenure: { lifetime: 'static', access: 'standing' },
          ...(masterKey === undefined ? {} : { detail: { from: masterKey } }),
        };
    }
  },
} satisfies NodeRule;
