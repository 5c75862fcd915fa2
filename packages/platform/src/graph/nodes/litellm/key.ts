import type { GraphNode, NodeRule } from '@firebreak/contract';
import { budgetDetail, keyTenure } from '../../litellm/budget.ts';
import { teamOf } from '../../litellm/grants.ts';

/** A virtual key: known by its hash, shown by its alias. The proxy keeps record of its use. */
export default {
  kinds: ['Key'],
  needs: ['litellm.key', 'litellm.team'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('litellm.key')) {
      const { alias, name, token, user, blocked } = fact.data;
      const team = teamOf(estate, fact)?.data;
      const owner = team?.alias ?? fact.data.team ?? user;
      yield {
        id: fact.id,
        kind: 'Key',
        class: 'credential',
        name: alias ?? name ?? token.slice(0, 12),
        facts: [fact.id],
        ...(owner === undefined ? {} : { about: { owner } }),
        tenure: keyTenure(fact.data),
        detail: { blocked, ...budgetDetail(fact.data.budget) },
      };
    }
  },
} satisfies NodeRule;
