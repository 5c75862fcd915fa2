import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { credentialsOf } from '../../litellm/credentials.ts';
import { modelsOf } from '../../litellm/grants.ts';

export default {
  label: 'MODEL_CREDENTIAL',
  from: ['Model'],
  to: ['Credential'],
  needs: ['litellm.deployment', 'litellm.credential'],
  techniques: ['AML.T0040', 'T1496'],
  traverse: 'instant',
  explain: {
    what: 'Has the provider’s credential used: it spends on it, and sends to whoever it belongs to.',
    why: 'The proxy answers for the model with this credential.',
    cut: 'Take the model away from whoever should not call it, or give it a credential with a limit of its own.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const models of modelsOf(estate).values())
    for (const { id: from, deployments } of models)
      for (const deployment of deployments)
        for (const credential of credentialsOf(deployment)) {
          const known = estate.get('litellm.credential', credential.id);
          const facts = known === undefined ? [deployment.id] : [deployment.id, known.id];
          yield { from, to: credential.id, facts, note: deployment.data.upstream ?? deployment.data.deployment };
        }
}
