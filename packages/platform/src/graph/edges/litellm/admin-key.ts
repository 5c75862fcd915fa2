import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';
import { isUsable } from '../../litellm/grants.ts';
import { ofKey } from '../../litellm/levers.ts';

export default {
  label: 'ADMIN_KEY',
  from: ['Key'],
  to: ['Proxy'],
  needs: ['litellm.key', 'litellm.user', 'litellm.proxy'],
  techniques: ['T1078.004', 'AML.T0012'],
  traverse: 'instant',
  explain: {
    what: 'Administers the proxy by an ordinary key.',
    why: 'The key belongs to an administrator and is held to no routes.',
    cut: 'Block the key; give administrators none that live long.',
  },
  severedBy: ['litellm.block-key', 'litellm.block-team'],
  derive,
  levers: (edge, estate) => ofKey(edge.from, estate),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const key of estate.all('litellm.key')) {
    const { server, user, routes } = key.data;
    if (user === undefined || routes.length > 0 || !isUsable(estate, key)) continue;
    const owner = estate.get('litellm.user', litellmId('User', server, user));
    if (owner?.data.role === 'proxy_admin')
      yield { from: key.id, to: litellmId('Proxy', server), facts: [key.id, owner.id] };
  }
}
