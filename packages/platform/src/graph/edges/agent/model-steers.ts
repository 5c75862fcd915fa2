import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';

export default {
  label: 'MODEL_STEERS',
  from: ['ModelEndpoint'],
  to: ['Agent'],
  needs: ['agent.agent', 'agent.model-endpoint'],
  techniques: ['AML.T0010.003', 'AML.T0018'],
  traverse: 'minutes',
  explain: {
    what: 'Decides what the agent says and calls.',
    why: 'The agent’s answers come from this model.',
    cut: 'Point the agent to another model, and rotate the key of this one.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.agent'))
    for (const { endpoint: from, model } of data.models) {
      const known = estate.get('agent.model-endpoint', from) === undefined ? [] : [from];
      yield { from, to, facts: [to, ...known], ...(model === undefined ? {} : { note: model }) };
    }
}
