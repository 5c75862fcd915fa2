import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { modelsOf } from '../../litellm/grants.ts';
import { fallbacksOff } from '../../litellm/levers.ts';

export default {
  label: 'MODEL_FALLBACK',
  from: ['Model'],
  to: ['Model'],
  needs: ['litellm.proxy', 'litellm.deployment'],
  techniques: ['AML.T0040'],
  traverse: 'seconds',
  explain: {
    what: 'Has the question answered by the other model: prompts go to its provider, and its credential pays.',
    why: 'The proxy falls back to it when the first one fails.',
    cut: 'Take the fallback out of the configuration.',
  },
  severedBy: ['litellm.fallbacks-off'],
  derive,
  levers: ({ from }, estate) => fallbacksOff(estate, from),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('litellm.proxy')) {
    const known = new Map((modelsOf(estate).get(data.server) ?? []).map((model) => [model.name, model.id]));
    for (const { model, to: others } of data.fallbacks)
      for (const from of model === '*' ? known.values() : [known.get(model)])
        for (const to of others.map((name) => known.get(name)))
          if (from !== undefined && to !== undefined && from !== to)
            yield { from, to, facts: [id], likelihood: 0.5, note: 'when it fails, or is made to' };
  }
}
