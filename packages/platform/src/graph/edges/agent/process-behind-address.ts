import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { listening } from '../../agent/listening.ts';

/** Only addresses of the form `<service>.<namespace>.svc`: others lead out of what the estate knows. */
export default {
  label: 'PROCESS_BEHIND_ADDRESS',
  from: ['Container'],
  to: ['ModelEndpoint', 'McpServer', 'Agent'],
  needs: [
    'agent.model-endpoint',
    'agent.mcp-server',
    'agent.agent',
    'kubernetes.service',
    'kubernetes.pod',
    'kubernetes.workload',
  ],
  techniques: ['T1557', 'AML.T0010.003'],
  traverse: 'minutes',
  explain: {
    what: 'Answers in the place of the model, the tool server or the agent.',
    why: 'The address leads to a service of the cluster, and this container is behind it.',
    cut: 'Stop the workload.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, endpoint, fact } of listening(estate))
    for (const { pod, container } of endpoint.targets)
      yield { from: container.id, to, facts: [...new Set([fact, ...endpoint.facts, ...pod.facts])] };
}
