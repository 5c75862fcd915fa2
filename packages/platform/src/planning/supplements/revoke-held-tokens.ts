/** Tokens of a compromised client that the responder has got hold of: where they are known, they are made worthless. */
import { lever } from '@firebreak/contract';
import { bitsetOf } from '../../graph/bitset.ts';
import type { Supplement } from './supplement.ts';

export const revokeHeldTokens: Supplement = {
  reason: 'revoke-held-credential',
  propose: ({ graph, compromised, has }) => {
    if (!has('oauth.revoke-tokens')) return [];
    const held = new Set(compromised);
    for (const { type, head } of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, compromised)))
      if (type === 'CLIENT_SECRET_OPENS') held.add(head);
    return [...held]
      .sort((a, b) => a - b)
      .flatMap((index) => {
        const { id, name } = graph.nodeAt(index);
        const client = graph.estate.get('oauth.client', id)?.data;
        const issuer = client === undefined ? undefined : graph.estate.get('oauth.issuer', client.issuer)?.data.issuer;
        if (client?.heldTokens === undefined || issuer === undefined) return [];
        const why = `${client.heldTokens} tokens of client ${name} are known: they live on when the client is disabled.`;
        return [{ lever: lever('oauth.revoke-tokens', { issuer, client: client.clientId }), why }];
      });
  },
};
