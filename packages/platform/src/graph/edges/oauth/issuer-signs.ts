import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { append } from '../../kubernetes/pods.ts';
import { issuerNode } from '../../oauth/clients.ts';

export default {
  label: 'ISSUER_SIGNS',
  from: ['Issuer'],
  to: ['Client'],
  needs: ['oauth.issuer', 'oauth.client'],
  techniques: ['T1606.002'],
  traverse: 'seconds',
  explain: {
    what: 'Signs itself a token of any client.',
    why: 'The issuer signs for all of its clients.',
    cut: 'Rotate the signing keys of the issuer.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

const clientsByIssuer: (estate: Estate) => ReadonlyMap<string, readonly { node: string; facts: readonly string[] }[]> =
  perEstate((estate) => {
    const byIssuer = new Map<string, { node: string; facts: readonly string[] }[]>();
    for (const { id, data } of estate.all('oauth.client'))
      if (data.enabled) append(byIssuer, data.issuer, { node: id, facts: [id] });
    return byIssuer;
  });

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('oauth.issuer')) {
    const clients = clientsByIssuer(estate).get(id) ?? [];
    if (clients.length === 0) continue;
    const to = { key: `oauth-clients:${id}`, label: `any client of ${data.name}`, members: () => clients };
    yield { from: issuerNode(estate, id), to, facts: [id] };
  }
}
