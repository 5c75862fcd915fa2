import type { GraphNode, NodeRule } from '@firebreak/contract';
import { modelsOf } from '../../litellm/grants.ts';

/** A model as it is called by its name. Holding it is being able to ask it. */
export default {
  kinds: ['Model'],
  needs: ['litellm.deployment'],
  *derive(estate): Generator<GraphNode> {
    for (const models of modelsOf(estate).values())
      for (const { id, name, server, deployments } of models) {
        const of = (pick: (data: (typeof deployments)[number]['data']) => string | undefined) =>
          [...new Set(deployments.flatMap(({ data }) => pick(data) ?? []))].sort().join(', ');
        const addresses = of(({ apiBase }) => apiBase);
        // Where an address is given, the provider says how it is spoken to, and not whose it is.
        const vendors = of(({ provider, apiBase }) => (apiBase === undefined ? provider : undefined));
        yield {
          id,
          kind: 'Model',
          class: 'endpoint',
          name: `${name} of ${server}`,
          facts: deployments.map((fact) => fact.id),
          ...(vendors === '' ? {} : { about: { vendor: vendors } }),
          detail: { deployments: deployments.length, ...(addresses === '' ? {} : { addresses }) },
        };
      }
  },
} satisfies NodeRule;
