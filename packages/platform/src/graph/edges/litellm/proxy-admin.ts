import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';

export default {
  label: 'PROXY_ADMIN',
  from: ['User'],
  to: ['Proxy'],
  needs: ['litellm.user', 'litellm.proxy'],
  techniques: ['T1078', 'AML.T0012'],
  traverse: 'instant',
  explain: {
    what: 'Administers the proxy.',
    why: 'The user has the role proxy_admin.',
    cut: 'Take the role away.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('litellm.user')) {
    const proxy = litellmId('Proxy', data.server);
    if (data.role === 'proxy_admin' && estate.get('litellm.proxy', proxy) !== undefined)
      yield { from: id, to: proxy, facts: [id, proxy] };
  }
}
