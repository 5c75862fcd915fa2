import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { openedProject } from '../../agent/likelihood.ts';
import { repositoryOf } from '../../agent/sources.ts';

export default {
  label: 'REPOSITORY_CONFIGURES_AGENT',
  from: ['Repository'],
  to: ['Agent'],
  needs: ['agent.agent'],
  techniques: ['T1195.002', 'AML.T0081'],
  traverse: 'hours',
  explain: {
    what: 'Chooses the servers that the agent starts and the commands that run on its events.',
    why: 'The agent’s configuration lies in this repository.',
    cut: 'Protect the branch, or keep the configuration elsewhere.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.agent')) {
    const from = repositoryOf(data.repository);
    // Another agent's card describes it and does not configure it.
    if (from === undefined || data.framework === 'a2a') continue;
    yield { from, to, facts: [to], likelihood: openedProject, note: `${data.file}, once somebody runs it from there` };
  }
}
