import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import {
  type ClientBefore,
  clientBefore,
  clientChange,
  type OfClient,
  ofClient,
  targetOf,
} from '../control/client-change.ts';
import type { ClientState } from '../control/client-state.ts';
import { clientImpact } from '../control/impact.ts';
import { probeTokens } from '../control/tokens.ts';
import type { OauthSession } from '../session.ts';

const params = z.strictObject({
  ...ofClient,
  /** Seconds since 1970: tokens that were issued before it are refused. */
  issuedBefore: z.number().int().positive().max(1e11),
});
type Params = z.output<typeof params> & OfClient;

/** Keycloak's not-before of one client: everything that it got before a moment is worthless, what it gets afterwards is not. */
export default defineAction<Params, ClientBefore, OauthSession>({
  id: 'oauth.reject-earlier-tokens',
  title: 'Reject earlier tokens of client',
  stage: 'credential',
  targetKinds: ['Client'],
  params,
  before: clientBefore,
  permissions: ['keycloak: role manage-clients of realm-management'],
  target: targetOf,
  describe: (of) =>
    `Reject every token of client ${of.client} at ${of.issuer} that was issued before ${new Date(of.issuedBefore * 1000).toISOString()}. Whoever only looks at signatures goes on accepting them.`,
  undoes: (of) => `Tokens of ${of.client} that have not ended are accepted again.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) => clientImpact(estate, of, 'reject-earlier-tokens', `${of.client} must get new tokens.`),
  ...clientChange<Params>({
    objection: ({ by }) => (by === 'registration' ? 'Registration has no such moment: revoke the tokens.' : undefined),
    wanted: ({ notBefore = 0 }, of) => notBefore >= of.issuedBefore,
    forward: (now, of) => [since(now, of.issuedBefore)],
    back: (now, _, was) => [since(now, was.notBefore ?? 0)],
    matter: ({ notBefore }) => notBefore ?? 0,
  }),
  probe: probeTokens,
});

function since({ uuid }: ClientState, notBefore: number) {
  return {
    verb: 'patch',
    method: 'PUT',
    path: `/clients/${encodeURIComponent(uuid ?? '')}`,
    body: { id: uuid, notBefore },
  } as const;
}
