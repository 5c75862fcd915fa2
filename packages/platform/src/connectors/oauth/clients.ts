/**
 * Clients in the form of RFC 7591, as registration endpoints answer, Hydra lists and oidc-provider is configured with; and the
 * metadata of issuers (RFC 8414, OpenID Connect discovery).
 */
import type { Collected } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { openAddress } from '../../intake/open-address.ts';
import { clientFactId, issuerId, made, oauthFactKinds, shownRedirect } from './made.ts';

const strings = (value: unknown) =>
  array(value).filter((each): each is string => typeof each === 'string' && each !== '');

export function isMetadata(value: unknown): boolean {
  const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].filter(
    (name) => textAt(value, name) !== undefined,
  );
  return textAt(value, 'issuer') !== undefined && endpoints.length > 0;
}

/** @param expected the issuer that was asked for: another one in the answer is not believed (RFC 8414, section 3.3) */
export function readMetadata(value: unknown, locator: string, expected?: string): Collected {
  const written = textAt(value, 'issuer') ?? '';
  const issuer = openAddress(written)?.address;
  const same = (url: string) => url.replace(/\/+$/, '');
  if (issuer === undefined || (expected !== undefined && same(expected) !== same(written)))
    return { gap: gap('FB-OBJECT-INVALID', oauthFactKinds, locator, 'Its metadata names another issuer.') };
  const challenges = strings(field(value, 'code_challenge_methods_supported'));
  return made(
    'oauth.issuer',
    issuerId(issuer),
    {
      issuer,
      name: issuer,
      // RFC 8414: what is meant when nothing is said.
      grantTypes: orElse(strings(field(value, 'grant_types_supported')), ['authorization_code', 'implicit']),
      scopes: strings(field(value, 'scopes_supported')),
      tokenEndpointAuthMethods: orElse(strings(field(value, 'token_endpoint_auth_methods_supported')), [
        'client_secret_basic',
      ]),
      registration: textAt(value, 'registration_endpoint') === undefined ? 'none' : 'offered',
      pkce: challenges.includes('S256'),
    },
    locator,
  );
}
const orElse = (values: readonly string[], otherwise: readonly string[]) => (values.length > 0 ? values : otherwise);

export function isClient(value: unknown): boolean {
  const about = [
    'redirect_uris',
    'grant_types',
    'token_endpoint_auth_method',
    'client_secret',
    'scope',
    'response_types',
  ];
  return textAt(value, 'client_id') !== undefined && about.some((name) => field(value, name) !== undefined);
}

export interface ClientDefaults {
  readonly accessTokenSeconds?: number | undefined;
  readonly refreshTokenSeconds?: number | undefined;
}

/** @param issuer id of the issuer's fact */
export function readClient(value: unknown, issuer: string, locator: string, defaults: ClientDefaults = {}): Collected {
  const clientId = textAt(value, 'client_id') ?? '';
  const method = textAt(value, 'token_endpoint_auth_method');
  const secret = textAt(value, 'client_secret');
  const ends = secondsAt(value, 'client_secret_expires_at');
  const hasSecret = secret !== undefined || ends !== undefined;
  // RFC 7591: a client that says nothing has the code grant; one that says "none" has none, and gets no tokens.
  const said = field(value, 'grant_types');
  const grants = Array.isArray(said) ? strings(said) : ['authorization_code'];
  return made(
    'oauth.client',
    clientFactId(issuer, clientId),
    {
      issuer,
      clientId,
      name: oneLine(textAt(value, 'client_name')),
      enabled: grants.length > 0,
      public: method === 'none',
      grantTypes: grants,
      redirectUris: strings(field(value, 'redirect_uris')).flatMap((each) => shownRedirect(each) ?? []),
      scopes: (textAt(value, 'scope') ?? '').split(' ').filter((each) => each !== ''),
      audiences: strings(field(value, 'audience')),
      authMethod: method,
      secret:
        !hasSecret || method === 'none'
          ? undefined
          : {
              inFile: secret !== undefined,
              created: timeOf(secondsAt(value, 'client_id_issued_at')),
              expires: timeOf(ends),
            },
      accessTokenSeconds: lifespanOf(value, grants, 'access_token') ?? defaults.accessTokenSeconds,
      refreshTokenSeconds: lifespanOf(value, grants, 'refresh_token') ?? defaults.refreshTokenSeconds,
      created: timeOf(secondsAt(value, 'client_id_issued_at')) ?? textAt(value, 'created_at')?.slice(0, 40),
      owner: oneLine(textAt(value, 'owner') || strings(field(value, 'contacts'))[0]),
    },
    locator,
  );
}

export function oneLine(value: string | undefined): string | undefined {
  const clean = value?.slice(0, 512);
  return clean === undefined || clean === '' || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(clean) ? undefined : clean;
}

function secondsAt(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 && found < 1e11 ? found : undefined;
}
/** 0 means that it does not end (RFC 7591). */
const timeOf = (seconds: number | undefined) =>
  seconds === undefined || seconds === 0 ? undefined : new Date(seconds * 1000).toISOString();

/** Hydra: `client_credentials_grant_access_token_lifespan: 1h0m0s`, per grant; the longest counts. */
function lifespanOf(value: unknown, grants: readonly string[], token: string): number | undefined {
  const spans = grants.flatMap((grant) => durationSeconds(textAt(value, `${grant}_grant_${token}_lifespan`)) ?? []);
  return spans.length === 0 ? undefined : Math.max(...spans);
}
function durationSeconds(written: string | undefined): number | undefined {
  const parsed = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})(?:\.\d{1,9})?s)?$/.exec(written ?? '-');
  if (parsed === null || written === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = parsed;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** oidc-provider's configuration as JSON: `clients`, `ttl` in seconds, `features.registration`. */
export function isProviderConfiguration(value: unknown): boolean {
  const clients = array(field(value, 'clients'));
  const other = record(field(value, 'ttl')) ?? record(field(value, 'features'));
  return (
    clients.length > 0 &&
    clients.every((client) => textAt(client, 'client_id') !== undefined) &&
    (other !== undefined || textAt(value, 'issuer') !== undefined)
  );
}

export function* readProviderConfiguration(value: unknown, home: string, locator: string): Generator<Collected> {
  const written = text(field(value, 'issuer'));
  const issuer = written === undefined ? undefined : openAddress(written)?.address;
  const id = issuer === undefined ? `oauth:Issuer/file/${home}` : issuerId(issuer);
  const open = at(value, 'features', 'registration', 'enabled');
  const accessTokenSeconds = ttl(value, 'AccessToken');
  const refreshTokenSeconds = ttl(value, 'RefreshToken');
  yield made(
    'oauth.issuer',
    id,
    {
      issuer,
      name: issuer ?? home,
      grantTypes: [],
      scopes: strings(field(value, 'scopes')),
      tokenEndpointAuthMethods: strings(field(value, 'clientAuthMethods')),
      registration: open === true ? 'offered' : 'none',
      accessTokenSeconds,
      refreshTokenSeconds,
    },
    locator,
  );
  for (const client of array(field(value, 'clients')))
    yield readClient(client, id, locator, { accessTokenSeconds, refreshTokenSeconds });
}
function ttl(value: unknown, token: string): number | undefined {
  const seconds = at(value, 'ttl', token);
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}
