import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { stopFetching } from '../../spiffe/levers.ts';
import { svidsOf } from '../../spiffe/workloads.ts';

/** Whoever is in the container is the workload: the agent attests the process that asks, and asks it for nothing. */
export default {
  label: 'SVID_FETCH',
  from: ['Container'],
  to: ['Identity'],
  needs: [
    'spiffe.entry',
    'spiffe.template',
    'spiffe.trust-domain',
    'kubernetes.pod',
    'kubernetes.workload',
    'kubernetes.namespace',
  ],
  techniques: ['T1552.005', 'T1550'],
  traverse: 'instant',
  explain: {
    what: 'Asks the local agent for the workload’s identity and gets it.',
    why: 'A registration entry gives this identity to workloads like this one.',
    cut: 'Stop the workload, or delete the entry.',
  },
  severedBy: ['spiffe.delete-entry'],
  derive,
  levers: stopFetching,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { container: from, identity: to, facts, depends } of svidsOf(estate))
    yield {
      from,
      to,
      facts,
      ...(depends.length === 0 ? {} : { likelihood: 0.5, note: `depends on ${depends.join(', ')}` }),
    };
}
