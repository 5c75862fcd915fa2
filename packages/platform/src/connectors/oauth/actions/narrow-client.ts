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
import type { ClientState, ClientWrite } from '../control/client-state.ts';
import { clientImpact } from '../control/impact.ts';
import { probeClient } from '../control/probe.ts';
import { registrationWrite } from '../control/registered-client.ts';
import type { OauthSession } from '../session.ts';

const word = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'not a scope (RFC 6749)');
const params = z
  .strictObject({ ...ofClient, scopes: z.array(word).max(64).default([]), grants: z.array(word).max(16).default([]) })
  .refine(({ scopes, grants }) => scopes.length + grants.length > 0, 'takes nothing away');
type Params = z.output<typeof params> & OfClient;

const rest = (has: readonly string[], taken: readonly string[]) => has.filter((each) => !taken.includes(each));
const list = ({ scopes, grants }: Params) => [...scopes, ...grants].join(', ');

/** Takes scopes or grant types away from a client. */
export default defineAction<Params, ClientBefore, OauthSession>({
  id: 'oauth.narrow-client',
  title: 'Narrow client',
  stage: 'access',
  targetKinds: ['Client'],
  params,
  before: clientBefore,
  permissions: [
    'registration: the registration access token of the client (RFC 7592)',
    'keycloak: role manage-clients of realm-management',
  ],
  target: targetOf,
  describe: (of) =>
    `Take ${list(of)} away from client ${of.client} at ${of.issuer}. Tokens that it has already keep them until they end.`,
  undoes: (of) => `Client ${of.client} has ${list(of)} again.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) => clientImpact(estate, of, 'narrow-client', `${of.client} gets no tokens with ${list(of)}.`),
  ...clientChange<Params>({
    objection(was, of) {
      if (was.by === 'keycloak' && of.grants.length > 0)
        return 'Keycloak deletes the account of a client with the grant, and what it was given with it: disable the client.';
      // RFC 7591: a client without scopes gets those that the issuer likes, which may be all of them.
      if (was.by === 'registration' && of.scopes.length > 0 && rest(was.scopes, of.scopes).length === 0)
        return 'It would have no scope left, and the issuer would choose: disable the client.';
      return was.by === 'registration' && rest(was.grants, of.grants).length === 0
        ? 'It would have no grant left: disable the client.'
        : undefined;
    },
    wanted: (now, of) =>
      ![...now.scopes, ...now.grants].some((each) => of.scopes.includes(each) || of.grants.includes(each)),
    forward: (now, of) =>
      now.by === 'registration'
        ? [registrationWrite(now, narrowed(now, of))]
        : (now.mapped ?? []).filter(({ name }) => of.scopes.includes(name)).map((each) => mapping(now, each, 'DELETE')),
    back: (now, of, was) =>
      now.by === 'registration'
        ? [registrationWrite(restored(now, was), widened(now, of, was), was)]
        : missing(now, was, of).map((each) => mapping(now, each, 'PUT')),
    matter: ({ by, scopes, grants, mapped, metadata }) => ({
      scopes,
      grants: by === 'registration' ? grants : null,
      responses: metadata?.response_types ?? null,
      mapped: mapped ?? null,
    }),
    between: (now, of, was) => {
      if (now.by !== 'keycloak' || now.enabled !== was.enabled) return false;
      const [has, had] = [names(now), names(was)];
      return [...has].every((each) => had.has(each)) && missing(now, was, of).length === had.size - has.size;
    },
  }),
  probe: (attempt, of) => probeClient(attempt, of, of.scopes),
});

type Mapped = NonNullable<ClientState['mapped']>[number];
const names = ({ mapped }: ClientState) => new Set((mapped ?? []).map(({ id, kind }) => `${kind} ${id}`));

/** What it had, has no more, and this lever takes away. */
function missing(now: ClientState, was: ClientState, of: Params): readonly Mapped[] {
  const has = names(now);
  return (was.mapped ?? []).filter(({ id, kind, name }) => of.scopes.includes(name) && !has.has(`${kind} ${id}`));
}

function mapping({ uuid }: ClientState, { id, kind }: Mapped, method: 'PUT' | 'DELETE'): ClientWrite {
  const path = `/clients/${encodeURIComponent(uuid ?? '')}/${kind}-client-scopes/${encodeURIComponent(id)}`;
  return { verb: method === 'PUT' ? 'create' : 'delete', method, path };
}

function narrowed(now: ClientState, of: Params) {
  return {
    ...(of.scopes.length > 0 ? { scopes: rest(now.scopes, of.scopes) } : {}),
    ...(of.grants.length > 0 ? { grants: rest(now.grants, of.grants) } : {}),
  };
}
/** Only what this lever took: what others added since stays. */
function widened(now: ClientState, of: Params, was: ClientState) {
  const again = (has: readonly string[], had: readonly string[], taken: readonly string[]) => [
    ...new Set([...has, ...had.filter((each) => taken.includes(each))]),
  ];
  return {
    ...(of.scopes.length > 0 ? { scopes: again(now.scopes, was.scopes, of.scopes) } : {}),
    ...(of.grants.length > 0 ? { grants: again(now.grants, was.grants, of.grants) } : {}),
  };
}
function restored(now: ClientState, was: ClientState): ClientState {
  const responses = was.metadata?.response_types;
  return { ...now, metadata: { ...now.metadata, ...(responses === undefined ? {} : { response_types: responses }) } };
}
