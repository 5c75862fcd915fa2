import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { actsAlone, secretNode } from '../../oauth/clients.ts';
import { disableClient } from '../../oauth/levers.ts';

export default {
  label: 'CLIENT_SECRET_OPENS',
  from: ['ClientSecret'],
  to: ['Client'],
  needs: ['oauth.client'],
  techniques: ['T1078', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Gets tokens as the client.',
    why: 'The secret is all that the issuer asks of it.',
    cut: 'Disable the client, or rotate its secret; and revoke its tokens.',
  },
  severedBy: ['oauth.disable-client'],
  derive,
  levers: ({ to }, estate) => disableClient(estate, to),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const client of estate.all('oauth.client')) {
    const { enabled, secret } = client.data;
    if (!enabled || secret === undefined) continue;
    const alone = actsAlone(client);
    yield {
      from: secretNode(client),
      to: client.id,
      facts: [client.id],
      ...(alone ? {} : { likelihood: 0.3, note: 'needs a code or token of a user as well' }),
    };
  }
}
