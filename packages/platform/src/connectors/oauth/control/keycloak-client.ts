/**
 * A client by Keycloak's admin API (`/admin/realms/<realm>`), as a service account whose credential is in FIREBREAK_KEYCLOAK_CLIENT_ID and
 * …_SECRET (or …_KEY). Changes name the field that changes and nothing else: Keycloak leaves alone what a representation does not hold.
 */
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { refused } from '../../../exchange/outcome.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import { jsonOf, type OneRequest, sendOnce } from '../../../intake/send-once.ts';
import { ownCredential, showClient } from './client-auth.ts';
import type { ClientState, ClientWrite } from './client-state.ts';
import { authMethodsOf, endpointOf, type Issuer, mustAnswer, mustBeJson } from './issuer.ts';
import { outcomeOf } from './outcome.ts';

export interface Realm {
  /** `https://sso.example/admin/realms/ml` */
  readonly admin: string;
  readonly token: string;
}

/** Undefined where the issuer is no realm, or nobody gave us an account there. @throws FirebreakError */
export async function realmOf(issuer: Issuer, signal: AbortSignal): Promise<Realm | undefined> {
  const credential = await ownCredential('FIREBREAK_KEYCLOAK_CLIENT');
  const place = /^(https?:\/\/.+)\/realms\/([^/]+)$/.exec(issuer.url.replace(/\/+$/, ''));
  if (credential === undefined || place === null) return undefined;
  const shown = await showClient(credential, authMethodsOf(issuer, 'token'), issuer.url);
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...shown.form }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...shown.headers };
  const call: OneRequest = { url: endpointOf(issuer, 'token_endpoint'), method: 'POST', headers, body: form };
  const answer = mustBeJson(mustAnswer(await sendOnce(call, signal), 'a token'), 'a token');
  const token = textAt(answer, 'access_token');
  if (token === undefined) throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', 'The issuer answered without a token.');
  return { admin: `${place[1]}/admin/realms/${place[2]}`, token };
}

/** What is at a path below the realm. @throws FirebreakError */
export async function readRealmPath({ admin, token }: Realm, path: string, signal: AbortSignal): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = await sendOnce({ url: `${admin}${path}`, method: 'GET', headers, maxBytes: 16 * 1024 * 1024 }, signal);
  return mustBeJson(mustAnswer(answer, 'the realm'), 'the realm');
}

/** Undefined where there is no such client. @throws FirebreakError */
export async function readKeycloak(
  realm: Realm,
  clientId: string,
  signal: AbortSignal,
): Promise<ClientState | undefined> {
  const found = array(await readRealmPath(realm, `/clients?clientId=${encodeURIComponent(clientId)}`, signal));
  const client = found.find((each) => textAt(each, 'clientId') === clientId);
  const uuid = textAt(client, 'id');
  if (uuid === undefined) return undefined;
  const mapped: NonNullable<ClientState['mapped']> = [];
  for (const kind of ['default', 'optional'] as const)
    for (const scope of array(
      await readRealmPath(realm, `/clients/${encodeURIComponent(uuid)}/${kind}-client-scopes`, signal),
    ))
      mapped.push({ id: textAt(scope, 'id') ?? '', name: textAt(scope, 'name') ?? '', kind });
  const notBefore = field(client, 'notBefore');
  const is = (name: string) => field(client, name) === true;
  return {
    by: 'keycloak',
    enabled: field(client, 'enabled') !== false,
    scopes: [...new Set(mapped.map(({ name }) => name))].sort(),
    grants: [
      ...(is('standardFlowEnabled') ? ['authorization_code'] : []),
      ...(is('serviceAccountsEnabled') ? ['client_credentials'] : []),
      ...(is('implicitFlowEnabled') ? ['implicit'] : []),
      ...(is('directAccessGrantsEnabled') ? ['password'] : []),
    ],
    uuid,
    mapped: mapped.sort((a, b) => (a.id < b.id ? -1 : 1)),
    notBefore: typeof notBefore === 'number' ? notBefore : 0,
  };
}

export async function sendKeycloak({ admin, token }: Realm, write: ClientWrite, signal: AbortSignal): Promise<Outcome> {
  const answer = await sendOnce(
    {
      url: `${admin}${write.path}`,
      method: write.method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(write.body === undefined ? {} : { body: JSON.stringify(write.body) }),
    },
    signal,
  );
  // What is to be gone is gone.
  if (answer.ok && answer.status === 404 && write.method === 'DELETE') return { outcome: 'done' };
  if (answer.ok && answer.status === 400 && textAt(jsonOf(answer), 'error') === 'invalid_token')
    return refused('FB-HTTP-UNAUTHORIZED', 'The realm does not accept our token.');
  return outcomeOf(answer, 'changing the client');
}
