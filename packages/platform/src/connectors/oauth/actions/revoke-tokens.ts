import { defineAction, type Outcome } from '@firebreak/contract';
import { z } from 'zod';
import { refusedBy } from '../../../exchange/outcome.ts';
import { type OfClient, ofClient, targetOf } from '../control/client-change.ts';
import { clientImpact } from '../control/impact.ts';
import { probeTokens, readTokens, revokeToken, type TokensBefore, tokensBefore } from '../control/tokens.ts';
import type { OauthSession } from '../session.ts';

/** RFC 7009, for each token of the client that the responder has put into the file of tokens. */
export default defineAction<OfClient, TokensBefore, OauthSession>({
  id: 'oauth.revoke-tokens',
  title: 'Revoke tokens',
  stage: 'credential',
  targetKinds: ['Client'],
  params: z.strictObject(ofClient),
  before: tokensBefore,
  permissions: [
    'the credential of the client itself, or of one that the issuer lets revoke and introspect (RFC 7009, RFC 7662)',
  ],
  target: targetOf,
  describe: ({ client, issuer }) =>
    `Revoke the tokens of client ${client} at ${issuer} that are in the file of tokens. A client that is not disabled can get others.`,
  undoes: ({ client }) => `Client ${client} gets new tokens where it may.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) =>
    clientImpact(estate, of, 'revoke-tokens', `Whoever holds one of these tokens of ${of.client} must get a new one.`),
  read: async (attempt, of) => ({
    record: { tokens: (await readTokens(attempt, of)).map(({ name, active }) => ({ name, active })) },
  }),
  preview: (of, { tokens }) =>
    tokens
      .filter(({ active }) => active !== false)
      .map(({ name }) => ({
        verb: 'delete',
        object: targetOf(of).id,
        request: `POST the revocation endpoint: token ${name}`,
      })),
  async apply(attempt, of): Promise<Outcome> {
    let done = 0;
    try {
      for (const token of await readTokens(attempt, of)) {
        if (token.active === false) continue;
        const outcome = await revokeToken(attempt, of, token);
        if (outcome.outcome === 'refused' && done > 0)
          return {
            outcome: 'unknown',
            reason: `It broke off after a part was done: ${outcome.code}: ${outcome.reason}`,
          };
        if (outcome.outcome !== 'done') return outcome;
        done += 1;
      }
    } catch (error) {
      const outcome = refusedBy(error);
      return done === 0 ? outcome : { outcome: 'unknown', reason: outcome.reason };
    }
    return { outcome: 'done' };
  },
  // A token of which the issuer does not tell whether it is active was sent to be revoked; the probe says what is known of it.
  inEffect: ({ tokens }) => tokens.every(({ active }) => active !== true),
  isHalfway: ({ tokens }, _, was) =>
    tokens.some(
      ({ name, active }) => active === false && was.tokens.some((each) => each.name === name && each.active !== false),
    ),
  probe: probeTokens,
  reversal: { kind: 'none', because: 'A revoked token is worthless for good; whoever may have one gets another.' },
});
