import type { GraphNode, NodeRule } from '@firebreak/contract';

/** A switch: what it lets happen is not its own. */
export default {
  kinds: ['FeatureFlag'],
  needs: ['flagd.flag'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('flagd.flag')) {
      const { state, variant, gates, safe, file } = data;
      const detail = {
        state,
        ...(variant === undefined ? {} : { variant }),
        ...(safe === undefined ? {} : { safe }),
        ...(gates.length === 0 ? {} : { gates: gates.join(' ') }),
        ...(file === undefined ? {} : { file }),
      };
      yield { id, kind: 'FeatureFlag', class: 'guardrail', name: data.key, facts: [id], detail };
    }
  },
} satisfies NodeRule;
