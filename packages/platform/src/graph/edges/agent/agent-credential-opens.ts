import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { openedBy } from '../../agent/opened.ts';

export default {
  label: 'AGENT_CREDENTIAL_OPENS',
  from: ['Credential'],
  to: ['User', 'Role', 'ServiceAccount', 'VectorStore', 'Tool'],
  needs: ['agent.credential', 'aws.user', 'store.store', 'store.role', 'agent.mcp-server'],
  techniques: ['T1078', 'T1550.001'],
  traverse: 'instant',
  explain: {
    what: 'Acts as whom the credential is for.',
    why: 'What the credential says of itself names this identity or this address.',
    cut: 'Revoke the credential where it was issued.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const credential of estate.all('agent.credential'))
    for (const { to, facts, note } of openedBy(estate, credential))
      yield { from: credential.id, to, facts: [credential.id, ...facts], ...(note === undefined ? {} : { note }) };
}
