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
import { actsForUsers, clientImpact } from '../control/impact.ts';
import { probeClient } from '../control/probe.ts';
import { registrationWrite } from '../control/registered-client.ts';
import type { OauthSession } from '../session.ts';

/** At Keycloak the switch that it has for this; by registration, which has none, by taking every grant type away. */
export default defineAction<OfClient, ClientBefore, OauthSession>({
  id: 'oauth.disable-client',
  title: 'Disable client',
  stage: 'access',
  targetKinds: ['Client'],
  params: z.strictObject(ofClient),
  before: clientBefore,
  permissions: [
    'registration: the registration access token of the client (RFC 7592)',
    'keycloak: role manage-clients of realm-management',
  ],
  target: targetOf,
  describe: ({ client, issuer }) =>
    `Disable client ${client} at ${issuer}. It gets no new tokens; those that it has may go on until they end, unless the issuer is asked about each.`,
  undoes: ({ client }) => `Client ${client} is as it was, with the same secret.`,
  drastic: (of, estate) => actsForUsers(estate, of),
  takes: () => 3,
  impact: (of, estate) => clientImpact(estate, of, 'disable-client', `${of.client} gets no tokens.`),
  ...clientChange<OfClient>({
    wanted: ({ enabled }) => !enabled,
    forward: (now) => (now.by === 'registration' ? [registrationWrite(now, { grants: [] })] : [enable(now, false)]),
    back: (now, _, was) =>
      now.by === 'registration'
        ? [registrationWrite(withResponses(now, was), { grants: was.grants }, was)]
        : [enable(now, was.enabled)],
    matter: ({ by, enabled, grants, metadata }) =>
      by === 'registration' ? { enabled, grants, responses: metadata?.response_types ?? null } : { enabled },
  }),
  probe: (attempt, of) => probeClient(attempt, of, []),
});

function enable({ uuid }: ClientState, enabled: boolean) {
  return {
    verb: 'patch',
    method: 'PUT',
    path: `/clients/${encodeURIComponent(uuid ?? '')}`,
    body: { id: uuid, enabled },
  } as const;
}

/** Without grants there are no response types either; both come back. */
function withResponses(now: ClientState, was: ClientState): ClientState {
  const { response_types: _, ...rest } = now.metadata ?? {};
  const responses = was.metadata?.response_types;
  return { ...now, metadata: { ...rest, ...(responses === undefined ? {} : { response_types: responses }) } };
}
