/** A realm as Keycloak exports it: its clients, the accounts of its clients, what users consented to. */
import type { Collected } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { openAddress } from '../../intake/open-address.ts';
import { oneLine } from './clients.ts';
import { clientFactId, grantFactId, issuerId, made, shownRedirect } from './made.ts';

const strings = (value: unknown) =>
  array(value).filter((each): each is string => typeof each === 'string' && each !== '');

export function isRealm(value: unknown): boolean {
  return textAt(value, 'realm') !== undefined && Array.isArray(field(value, 'clients'));
}

export function* readRealm(value: unknown, locator: string): Generator<Collected> {
  const realm = textAt(value, 'realm') ?? '';
  // An export does not say under which address the server is known, unless one is set for the realm.
  const front = openAddress(textAt(value, 'attributes', 'frontendUrl') ?? '')?.address;
  const issuer = front === undefined ? undefined : `${front}/realms/${encodeURIComponent(realm)}`;
  const id = issuer === undefined ? `oauth:Issuer/keycloak/${realm}` : issuerId(issuer);
  const access = seconds(field(value, 'accessTokenLifespan'));
  const refresh = seconds(field(value, 'ssoSessionMaxLifespan'));
  const scopes = array(field(value, 'clientScopes')).flatMap((scope) => textAt(scope, 'name') ?? []);
  yield made(
    'oauth.issuer',
    id,
    {
      issuer,
      name: realm,
      grantTypes: [],
      scopes,
      tokenEndpointAuthMethods: [],
      registration: 'unknown',
      accessTokenSeconds: access,
      refreshTokenSeconds: refresh,
    },
    locator,
  );
  const accounts = new Map(
    array(field(value, 'users')).flatMap((user) => {
      const of = textAt(user, 'serviceAccountClientId');
      return of === undefined ? [] : [[of, user] as const];
    }),
  );
  for (const client of array(field(value, 'clients'))) {
    const clientId = textAt(client, 'clientId');
    if (clientId === undefined) continue;
    const account = accounts.get(clientId);
    yield made(
      'oauth.client',
      clientFactId(id, clientId),
      clientOf(client, id, clientId, account, { access, refresh }),
      locator,
    );
    const roles = rolesOf(account);
    if (roles.length > 0) {
      const grant = { issuer: id, clientId, scopes: [], roles };
      yield made('oauth.grant', grantFactId(id, clientId, undefined), grant, locator);
    }
  }
  for (const user of array(field(value, 'users')))
    for (const consent of array(field(user, 'clientConsents'))) {
      const clientId = textAt(consent, 'clientId');
      const name = oneLine(textAt(user, 'username'));
      if (clientId === undefined || name === undefined) continue;
      const scopes_ = strings(field(consent, 'grantedClientScopes'));
      const grant = {
        issuer: id,
        clientId,
        user: name,
        scopes: scopes_,
        roles: [],
        created: millis(field(consent, 'createdDate')),
      };
      yield made('oauth.grant', grantFactId(id, clientId, name), grant, locator);
    }
}

function clientOf(
  client: unknown,
  issuer: string,
  clientId: string,
  account: unknown,
  spans: { readonly access: number | undefined; readonly refresh: number | undefined },
): object {
  const is = (name: string) => field(client, name) === true;
  const attributes = record(field(client, 'attributes')) ?? {};
  const isPublic = is('publicClient');
  const grants = [
    ...(field(client, 'standardFlowEnabled') === false ? [] : ['authorization_code', 'refresh_token']),
    ...(is('implicitFlowEnabled') ? ['implicit'] : []),
    ...(is('directAccessGrantsEnabled') ? ['password'] : []),
    ...(is('serviceAccountsEnabled') ? ['client_credentials'] : []),
    ...(text(attributes['oauth2.device.authorization.grant.enabled']) === 'true'
      ? ['urn:ietf:params:oauth:grant-type:device_code']
      : []),
  ];
  const method = textAt(client, 'clientAuthenticatorType');
  const written = textAt(client, 'secret');
  // Exports by a user without the right to see secrets hold asterisks.
  const inFile = written !== undefined && !/^\*+$/.test(written);
  const hasSecret = !isPublic && (method === undefined || method === 'client-secret' || method === 'client-secret-jwt');
  return {
    issuer,
    clientId,
    keeper: 'keycloak',
    name: oneLine(textAt(client, 'name')),
    enabled: field(client, 'enabled') !== false,
    public: isPublic,
    grantTypes: is('bearerOnly') ? [] : grants,
    redirectUris: strings(field(client, 'redirectUris')).flatMap((each) => shownRedirect(each) ?? []),
    scopes: [
      ...new Set([...strings(field(client, 'defaultClientScopes')), ...strings(field(client, 'optionalClientScopes'))]),
    ],
    audiences: [],
    authMethod: method,
    secret:
      hasSecret && !is('bearerOnly')
        ? {
            inFile,
            created: seconds1970(attributes['client.secret.creation.time']),
            expires: seconds1970(attributes['client.secret.expiration.time']),
          }
        : undefined,
    accessTokenSeconds: seconds(Number(text(attributes['access.token.lifespan']))) ?? spans.access,
    refreshTokenSeconds: spans.refresh,
    subject: is('serviceAccountsEnabled') ? oneLine(textAt(account, 'id')) : undefined,
  };
}

/** `realm:offline_access`, `account:view-profile` */
function rolesOf(account: unknown): string[] {
  const own = strings(field(account, 'realmRoles')).map((role) => `realm:${role}`);
  const ofClients = Object.entries(record(at(account, 'clientRoles')) ?? {}).flatMap(([client, roles]) =>
    strings(roles).map((role) => `${client}:${role}`),
  );
  return [...own, ...ofClients].filter((role) => oneLine(role) !== undefined);
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
const iso = (ms: number) => (ms > 0 && ms < 1e14 ? new Date(ms).toISOString() : undefined);
const seconds1970 = (value: unknown) => (/^\d{1,11}$/.test(text(value) ?? '') ? iso(Number(value) * 1000) : undefined);
const millis = (value: unknown) => (typeof value === 'number' ? iso(value) : undefined);
