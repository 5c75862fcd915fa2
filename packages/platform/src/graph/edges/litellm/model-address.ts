import { type DerivedEdge, type EdgeRule, type Estate, serverName } from '@firebreak/contract';
import { endpointsByAddress } from '../../litellm/addresses.ts';
import { answering } from '../../litellm/answering.ts';
import { modelsOf } from '../../litellm/grants.ts';
import { blockModel, swapModel } from '../../litellm/levers.ts';
import { withoutPath } from '../../names/server-address.ts';

export default {
  label: 'MODEL_ADDRESS',
  from: ['Model'],
  to: ['Endpoint'],
  needs: ['litellm.deployment', 'litellm.proxy', 'kubernetes.service', 'kubernetes.endpoint-slice'],
  techniques: ['AML.T0040', 'T1210'],
  traverse: 'seconds',
  explain: {
    what: 'Reaches the service that answers for the model, through the proxy.',
    why: 'The model’s address is the name of this service of the cluster.',
    cut: 'Take the model away from whoever should not call it.',
  },
  severedBy: ['litellm.block-model', 'litellm.swap-model'],
  derive,
  levers: ({ from }, estate) => [...blockModel(estate, from), ...swapModel(estate, from)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const endpoints = endpointsByAddress(estate);
  if (endpoints.size === 0) return;
  for (const models of modelsOf(estate).values())
    for (const model of models)
      for (const { id, data } of answering(estate, model)) {
        const name = data.apiBase === undefined ? undefined : serverName(data.apiBase);
        for (const endpoint of name === undefined ? [] : (endpoints.get(withoutPath(name)) ?? []))
          yield { from: model.id, to: endpoint.id, facts: [id, ...endpoint.facts], note: data.apiBase ?? '' };
      }
}
