import type { GraphNode, NodeRule } from '@firebreak/contract';
import { actsAlone, issuerNode, looseRedirect, scopeNode, secretNode } from '../../oauth/clients.ts';

/** A client is a machine identity; its secret is a static credential unless the issuer ends it. */
export default {
  kinds: ['Client', 'ClientSecret', 'Scope'],
  needs: ['oauth.client', 'oauth.grant'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('oauth.client')) {
      const { id, data } = fact;
      const { created, owner, secret, accessTokenSeconds, grantTypes } = data;
      const redirect = looseRedirect(fact);
      yield {
        id,
        kind: 'Client',
        class: 'identity',
        name: data.name ?? data.clientId,
        facts: [id],
        ...(owner === undefined ? {} : { about: { owner } }),
        tenure: {
          access: actsAlone(fact) ? 'standing' : 'just-in-time',
          ...(created === undefined ? {} : { created }),
        },
        detail: {
          clientId: data.clientId,
          issuer: issuerNode(estate, data.issuer),
          public: data.public,
          enabled: data.enabled,
          grants: grantTypes.join(', '),
          ...(accessTokenSeconds === undefined ? {} : { accessTokenSeconds }),
          ...(redirect === undefined ? {} : { looseRedirect: redirect }),
        },
      };
      if (secret !== undefined)
        yield {
          id: secretNode(fact),
          kind: 'ClientSecret',
          class: 'credential',
          name: `secret of ${data.clientId}`,
          facts: [id],
          tenure: {
            lifetime: 'static',
            access: 'standing',
            ...(secret.created === undefined ? {} : { created: secret.created }),
            ...(secret.expires === undefined ? {} : { expires: secret.expires }),
          },
          detail: { literalInFile: secret.inFile },
        };
      for (const scope of data.scopes)
        yield { id: scopeNode(data.issuer, scope), kind: 'Scope', class: 'permission', name: scope, facts: [id] };
    }
    for (const { id, data } of estate.all('oauth.grant'))
      for (const scope of [...data.scopes, ...data.roles])
        yield { id: scopeNode(data.issuer, scope), kind: 'Scope', class: 'permission', name: scope, facts: [id] };
  },
} satisfies NodeRule;
