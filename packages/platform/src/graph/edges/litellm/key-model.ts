import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { isAnswered } from '../../litellm/answering.ts';
import { allowedModels, isUsable, modelsOf } from '../../litellm/grants.ts';
import { blockModel, ofKey } from '../../litellm/levers.ts';

export default {
  label: 'KEY_MODEL',
  from: ['Key'],
  to: ['Model'],
  needs: ['litellm.key', 'litellm.team', 'litellm.deployment', 'litellm.proxy'],
  techniques: ['AML.T0040', 'T1496'],
  traverse: 'instant',
  explain: {
    what: 'Asks the model through the proxy.',
    why: 'The key may call this model, by its own list and by that of its team.',
    cut: 'Block the key, or take the model off its list.',
  },
  severedBy: ['litellm.block-key', 'litellm.block-team', 'litellm.block-model'],
  derive,
  levers: (edge, estate) => [...ofKey(edge.from, estate), ...blockModel(estate, edge.to)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const key of estate.all('litellm.key')) {
    if (!isUsable(estate, key)) continue;
    const { server } = key.data;
    const { models, facts } = allowedModels(estate, key);
    if (models !== 'all') {
      for (const model of models)
        if (isAnswered(estate, model))
          yield { from: key.id, to: model.id, facts: [...facts, ...model.deployments.map(({ id }) => id)] };
      continue;
    }
    const members = () =>
      (modelsOf(estate).get(server) ?? [])
        .filter((model) => isAnswered(estate, model))
        .map(({ id, deployments }) => ({ node: id, facts: deployments.map((fact) => fact.id) }));
    yield { from: key.id, to: { key: `litellm-models:${server}`, label: `any model of ${server}`, members }, facts };
  }
}
