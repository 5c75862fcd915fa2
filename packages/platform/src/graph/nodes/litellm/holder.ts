import type { GraphNode, NodeRule } from '@firebreak/contract';
import { budgetDetail } from '../../litellm/budget.ts';

/** Teams and users of a proxy: whoever keys belong to. */
export default {
  kinds: ['Team', 'User'],
  needs: ['litellm.team', 'litellm.user'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('litellm.team'))
      yield {
        id,
        kind: 'Team',
        class: 'identity',
        name: data.alias ?? data.team,
        facts: [id],
        detail: { members: data.members.length, blocked: data.blocked, ...budgetDetail(data.budget) },
      };
    for (const { id, data } of estate.all('litellm.user'))
      yield {
        id,
        kind: 'User',
        class: 'identity',
        name: data.alias ?? data.user,
        facts: [id],
        tenure: { access: 'standing' },
        detail: { ...(data.role === undefined ? {} : { role: data.role }), ...budgetDetail(data.budget) },
      };
  },
} satisfies NodeRule;
