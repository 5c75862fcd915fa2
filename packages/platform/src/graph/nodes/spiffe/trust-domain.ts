import type { GraphNode, NodeRule } from '@firebreak/contract';

/** Holding it means having its signing keys, or the right to register whom one likes. */
export default {
  kinds: ['TrustDomain'],
  needs: ['spiffe.trust-domain'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('spiffe.trust-domain')) {
      const federation = data.federation.map(({ trustDomain }) => trustDomain).join(', ');
      yield {
        id,
        kind: 'TrustDomain',
        class: 'control-plane',
        name: data.trustDomain,
        facts: [id],
        detail: {
          ...(data.jwtIssuer === undefined ? {} : { jwtIssuer: data.jwtIssuer }),
          ...(federation === '' ? {} : { federation }),
        },
      };
    }
  },
} satisfies NodeRule;
