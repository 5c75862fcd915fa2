import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { spiffeName } from '../../names/spiffe-id.ts';
import { stopAdministering } from '../../spiffe/levers.ts';

export default {
  label: 'SPIRE_ADMIN',
  from: ['Identity'],
  to: ['TrustDomain'],
  needs: ['spiffe.entry'],
  techniques: ['T1098', 'T1078'],
  traverse: 'seconds',
  explain: {
    what: 'Registers itself for any identity of the trust domain, or signs for it.',
    why: 'Its entry is marked as admin or as downstream server.',
    cut: 'Delete the entry, or take the mark off it.',
  },
  severedBy: ['spiffe.delete-entry'],
  derive,
  levers: stopAdministering,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('spiffe.entry')) {
    const name = data.admin || data.downstream ? spiffeName(data.spiffeId) : undefined;
    if (name === undefined || name.path === '') continue;
    const from = `spiffe:Identity/${name.trustDomain}${name.path}`;
    const note = data.admin ? 'an administrator of the server' : 'a server of its own';
    yield { from, to: `spiffe:TrustDomain/${name.trustDomain}`, facts: [id], note };
  }
}
