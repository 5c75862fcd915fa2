import type { DerivedEdge, EdgeRule, Estate, Lever, LiveEdge } from '@firebreak/contract';
import { openedBy } from '../../agent/opened.ts';
import { deactivateKey } from '../../aws/levers.ts';

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
  severedBy: ['aws.deactivate-access-key'],
  derive,
  levers,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const credential of estate.all('agent.credential'))
    for (const { to, facts, note } of openedBy(estate, credential))
      yield { from: credential.id, to, facts: [credential.id, ...facts], ...(note === undefined ? {} : { note }) };
}

/** A key of a user is worthless once it is switched off; of what others issued, nobody here can say how. */
function levers({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const marks = estate.get('agent.credential', from)?.data.marks ?? [];
  const [key, ...more] = marks.filter(({ mark }) => mark === 'aws-access-key');
  return key === undefined || more.length > 0 ? [] : deactivateKey(estate, to, key.value);
}
