import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';

export default {
  label: 'MASTER_KEY',
  from: ['MasterKey', 'Anonymous'],
  to: ['Proxy'],
  needs: ['litellm.proxy'],
  techniques: ['T1078', 'AML.T0012'],
  traverse: 'instant',
  explain: {
    what: 'Administers the proxy.',
    why: 'The master key is refused nothing; a proxy without one refuses nobody anything.',
    cut: 'Rotate the master key, or set one.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('litellm.proxy')) {
    if (data.authentication === 'key') yield { from: litellmId('MasterKey', data.server), to: id, facts: [id] };
    if (data.authentication === 'none')
      yield { from: litellmId('Anonymous', data.server), to: id, facts: [id], note: 'it asks for no key' };
  }
}
