import type { GraphNode, NodeRule, Tenure } from '@firebreak/contract';
import { spiffeNodeId } from '../../names/spiffe-id.ts';
import { svidsOf } from '../../spiffe/workloads.ts';

/** SVIDs live for minutes or hours and are renewed as long as the entry stands: short-lived credentials of a standing identity. */
export default {
  kinds: ['Identity'],
  needs: ['spiffe.entry', 'spiffe.template'],
  *derive(estate): Generator<GraphNode> {
    for (const { id: fact, data } of estate.all('spiffe.entry')) {
      const id = spiffeNodeId(data.spiffeId);
      if (id === undefined || id.startsWith('spiffe:TrustDomain/')) continue;
      const tenure: Tenure = {
        lifetime: 'short-lived',
        access: 'standing',
        ...(data.createdAt === undefined ? {} : { created: data.createdAt }),
        ...(data.expiresAt === undefined ? {} : { expires: data.expiresAt }),
      };
      const federated = data.federatesWith.join(', ');
      yield {
        id,
        kind: 'Identity',
        class: 'identity',
        name: data.spiffeId,
        facts: [fact],
        tenure,
        detail: {
          selectors: data.selectors.map(({ type, value }) => `${type}:${value}`).join(', '),
          ...(data.admin ? { admin: true } : {}),
          ...(data.downstream ? { downstream: true } : {}),
          ...(federated === '' ? {} : { federatesWith: federated }),
          ...(data.x509SvidTtl === undefined || data.x509SvidTtl === 0 ? {} : { ttlSeconds: data.x509SvidTtl }),
        },
      };
    }
    // Entries that a template makes.
    for (const { identity: id, facts } of svidsOf(estate)) {
      const name = `spiffe://${id.slice(id.indexOf('/') + 1)}`;
      const tenure = { lifetime: 'short-lived', access: 'standing' } as const;
      yield { id, kind: 'Identity', class: 'identity', name, facts: facts.slice(0, 1), tenure };
    }
  },
} satisfies NodeRule;
