import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { append } from '../../kubernetes/pods.ts';
import { spiffeName, spiffeNodeId } from '../../names/spiffe-id.ts';

export default {
  label: 'TRUST_DOMAIN_ISSUES',
  from: ['TrustDomain'],
  to: ['Identity'],
  needs: ['spiffe.entry', 'spiffe.trust-domain'],
  techniques: ['T1606'],
  traverse: 'seconds',
  explain: {
    what: 'Issues itself any identity of the trust domain.',
    why: 'The trust domain signs them all.',
    cut: 'Rotate the keys of the trust domain.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

const entriesByDomain: (estate: Estate) => ReadonlyMap<string, readonly { node: string; facts: readonly string[] }[]> =
  perEstate((estate) => {
    const byDomain = new Map<string, { node: string; facts: readonly string[] }[]>();
    for (const { id, data } of estate.all('spiffe.entry')) {
      const name = spiffeName(data.spiffeId);
      const node = spiffeNodeId(data.spiffeId);
      if (name !== undefined && name.path !== '' && node !== undefined)
        append(byDomain, name.trustDomain, { node, facts: [id] });
    }
    return byDomain;
  });

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('spiffe.trust-domain')) {
    const members = entriesByDomain(estate).get(data.trustDomain) ?? [];
    if (members.length === 0) continue;
    const key = `spiffe-ids:${data.trustDomain}`;
    const label = `any identity of ${data.trustDomain}`;
    yield { from, to: { key, label, members: () => members }, facts: [from] };
  }
}
