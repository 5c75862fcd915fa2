import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { actsAlone, scopeNode } from '../../oauth/clients.ts';
import { disableClient, narrowScope } from '../../oauth/levers.ts';

export default {
  label: 'CLIENT_SCOPE',
  from: ['Client'],
  to: ['Scope'],
  needs: ['oauth.client', 'oauth.grant'],
  techniques: ['T1550.001'],
  traverse: 'instant',
  explain: {
    what: 'Has what the client is granted.',
    why: 'The issuer gives tokens of this client this scope or role.',
    cut: 'Take the scope or role away from the client, or disable it.',
  },
  severedBy: ['oauth.narrow-client', 'oauth.disable-client'],
  derive,
  levers: ({ from, to }, estate) => [...narrowScope(estate, from, to), ...disableClient(estate, from)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const client of estate.all('oauth.client')) {
    if (!client.data.enabled) continue;
    const alone = actsAlone(client);
    for (const scope of client.data.scopes)
      yield {
        from: client.id,
        to: scopeNode(client.data.issuer, scope),
        facts: [client.id],
        ...(alone ? {} : { likelihood: 0.5, note: 'on behalf of a user' }),
      };
  }
  for (const { id, data } of estate.all('oauth.grant')) {
    const client = clientOf(data.issuer, data.clientId);
    if (estate.get('oauth.client', client)?.data.enabled === false) continue;
    for (const scope of [...data.scopes, ...data.roles])
      yield {
        from: client,
        to: scopeNode(data.issuer, scope),
        facts: [id],
        ...(data.user === undefined ? {} : { likelihood: 0.5, note: 'on behalf of a user who agreed' }),
      };
  }
}

function clientOf(issuer: string, clientId: string): string {
  return `oauth:Client/${issuer.slice(issuer.indexOf('/') + 1)}/${clientId}`;
}
