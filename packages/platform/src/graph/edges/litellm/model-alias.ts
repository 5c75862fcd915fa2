import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';
import { modelsOf } from '../../litellm/grants.ts';

export default {
  label: 'MODEL_ALIAS',
  from: ['Model'],
  to: ['Model'],
  needs: ['litellm.proxy', 'litellm.deployment'],
  techniques: ['AML.T0040'],
  traverse: 'instant',
  explain: {
    what: 'Has the question answered by the other model.',
    why: 'The proxy lets the other model answer under this name.',
    cut: 'Take the alias off, or let another model answer.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('litellm.proxy')) {
    const known = new Set((modelsOf(estate).get(data.server) ?? []).map((model) => model.id));
    for (const { model, to } of data.aliases) {
      const [from, target] = [litellmId('Model', data.server, model), litellmId('Model', data.server, to)];
      if (from !== target && known.has(from) && known.has(target)) yield { from, to: target, facts: [id] };
    }
  }
}
