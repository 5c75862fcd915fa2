import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { endpointsOf } from '../../aws/exposure.ts';
import { closeInstance } from '../../aws/levers.ts';

/** Nobody knows that there is a hole: the odds are low. */
export default {
  label: 'PUBLIC_WORKLOAD',
  from: ['Endpoint'],
  to: ['Function', 'Instance'],
  needs: ['aws.function', 'aws.instance', 'aws.security-group'],
  techniques: ['T1190', 'AML.T0049'],
  traverse: 'hours',
  explain: {
    what: 'Breaks into what answers.',
    why: 'The internet can reach it: by a function URL without authorization, or by a public address and an open security group.',
    cut: 'Close the security group, or ask for a signature at the function URL.',
  },
  severedBy: ['aws.isolate-instance', 'aws.close-security-group'],
  derive,
  levers: closeInstance,
} satisfies EdgeRule;

const odds = { 'function-url': 0.1, instance: 0.2, cluster: 0 } as const;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, target: to, facts, ports, kind } of endpointsOf(estate))
    if (odds[kind] > 0) yield { from, to, facts, likelihood: odds[kind], note: ports };
}
