import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { answering } from '../../litellm/answering.ts';
import { credentialsOf } from '../../litellm/credentials.ts';
import { modelsOf } from '../../litellm/grants.ts';
import { blockModel, swapModel } from '../../litellm/levers.ts';

export default {
  label: 'MODEL_CREDENTIAL',
  from: ['Model'],
  to: ['Credential'],
  needs: ['litellm.deployment', 'litellm.proxy', 'litellm.credential'],
  techniques: ['AML.T0040', 'T1496'],
  traverse: 'instant',
  explain: {
    what: 'Has the provider’s credential used: it spends on it, and sends to whoever it belongs to.',
    why: 'The proxy answers for the model with this credential.',
    cut: 'Take the model away from whoever should not call it, or give it a credential with a limit of its own.',
  },
  severedBy: ['litellm.block-model', 'litellm.swap-model'],
  derive,
  levers: ({ from }, estate) => [...blockModel(estate, from), ...swapModel(estate, from)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const models of modelsOf(estate).values())
    for (const model of models)
      for (const deployment of answering(estate, model))
        for (const credential of credentialsOf(deployment)) {
          const known = estate.get('litellm.credential', credential.id);
          const facts = known === undefined ? [deployment.id] : [deployment.id, known.id];
          yield {
            from: model.id,
            to: credential.id,
            facts,
            note: deployment.data.upstream ?? deployment.data.deployment,
          };
        }
}
