import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { anybodyId } from '../../mlflow/access.ts';
import { trackingClients } from '../../mlflow/clients.ts';

export default {
  label: 'TRACKING_USE',
  from: ['Container'],
  to: ['Anonymous'],
  needs: ['mlflow.server', ...podNeeds],
  techniques: ['T1078', 'AML.T0012'],
  traverse: 'instant',
  explain: {
    what: 'Speaks to the tracking server as anybody may.',
    why: 'The container keeps its runs there, and the server asks nobody who they are.',
    cut: 'Put the server behind authentication.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { server, pod, container } of trackingClients(estate))
    if (server.data.authentication === 'none')
      yield { from: container.id, to: anybodyId(server.data.server), facts: [...pod.facts, server.id] };
}
