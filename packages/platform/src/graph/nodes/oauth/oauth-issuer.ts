import type { GraphNode, NodeRule } from '@firebreak/contract';
import { issuerNode } from '../../oauth/clients.ts';

/** Holding it means signing tokens as it does, or registering and changing its clients. */
export default {
  kinds: ['Issuer'],
  needs: ['oauth.issuer'],
  *derive(estate): Generator<GraphNode> {
    for (const { id: fact, data } of estate.all('oauth.issuer'))
      yield {
        id: issuerNode(estate, fact),
        kind: 'Issuer',
        class: 'control-plane',
        name: data.name,
        facts: [fact],
        detail: {
          registration: data.registration,
          ...(data.pkce === undefined ? {} : { pkce: data.pkce }),
          ...(data.accessTokenSeconds === undefined ? {} : { accessTokenSeconds: data.accessTokenSeconds }),
        },
      };
  },
} satisfies NodeRule;
