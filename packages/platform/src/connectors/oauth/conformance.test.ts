import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import oauth from './index.ts';
import { shownRedirect } from './made.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-oauth-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const secret = 'client-secret-of-the-test';

/** As `kc.sh export` writes it. */
const realm = {
  realm: 'ml',
  attributes: { frontendUrl: 'https://sso.example.com' },
  accessTokenLifespan: 300,
  ssoSessionMaxLifespan: 36000,
  clientScopes: [{ name: 'profile' }, { name: 'offline_access' }],
  clients: [
    {
      clientId: 'trainer',
      enabled: true,
      publicClient: false,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      secret,
      redirectUris: [],
      defaultClientScopes: ['profile'],
      attributes: { 'client.secret.creation.time': '1700000000', 'access.token.lifespan': '86400' },
    },
    {
      clientId: 'console',
      publicClient: true,
      redirectUris: [`https://u:${secret}@app.example.com/*?token=${secret}`, '*'],
    },
    { clientId: 'masked', secret: '**********' },
  ],
  users: [
    {
      id: 'u-1',
      username: 'service-account-trainer',
      serviceAccountClientId: 'trainer',
      realmRoles: ['admin'],
      clientRoles: { account: ['view-profile'] },
    },
    {
      username: 'ann',
      credentials: [{ secretData: secret }],
      clientConsents: [{ clientId: 'console', grantedClientScopes: ['profile'], createdDate: 1700000000000 }],
    },
  ],
};
mkdirSync(join(folder, 'all'));
writeFileSync(join(folder, 'all', 'realm.json'), JSON.stringify(realm));
writeFileSync(
  join(folder, 'all', 'hydra.json'),
  JSON.stringify({
    items: [
      {
        client_id: 'h',
        client_secret: secret,
        grant_types: ['client_credentials'],
        scope: 'read write',
        redirect_uris: [],
        client_credentials_grant_access_token_lifespan: '1h30m0s',
        created_at: '2024-01-01T00:00:00Z',
      },
    ],
  }),
);
writeFileSync(
  join(folder, 'all', 'provider.json'),
  JSON.stringify({
    issuer: 'https://op.example.com',
    ttl: { AccessToken: 60 },
    features: { registration: { enabled: true } },
    clients: [{ client_id: 'p', client_secret: secret, redirect_uris: ['https://p.example.com/cb'] }],
  }),
);
writeFileSync(join(folder, 'all', 'broken.yaml'), 'a: [\n---\nhello: world\n');

connectorConformance({
  name: 'oauth over files',
  connector: oauth,
  open: () => oauth.connect(oauth.parse(join(folder, 'all')), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID', 'FB-OBJECT-IGNORED'],
});

async function read(content: unknown) {
  const file = join(folder, 'one.json');
  writeFileSync(file, JSON.stringify(content));
  const { estate, gaps } = await collectEstate(oauth, oauth.parse(file), signal);
  return { clients: estate.all('oauth.client').map(({ data }) => data), estate, gaps };
}

test('a realm: clients, their secrets’ age, their own accounts, consents', async () => {
  const { estate } = await read(realm);
  const issuer = 'oauth:Issuer/sso.example.com/realms/ml';
  expect(estate.get('oauth.issuer', issuer)?.data).toMatchObject({
    issuer: 'https://sso.example.com/realms/ml',
    accessTokenSeconds: 300,
  });
  const client = (id: string) => estate.get('oauth.client', `oauth:Client/sso.example.com/realms/ml/${id}`)?.data;
  expect(client('trainer')).toMatchObject({
    public: false,
    grantTypes: ['client_credentials'],
    secret: { inFile: true, created: '2023-11-14T22:13:20.000Z' },
    accessTokenSeconds: 86400,
    subject: 'u-1',
  });
  expect(client('console')).toMatchObject({ public: true, redirectUris: ['https://app.example.com/*', '*'] });
  expect(client('console')?.secret).toBeUndefined();
  expect(client('masked')?.secret).toMatchObject({ inFile: false });
  expect(estate.all('oauth.grant').map(({ data }) => [data.clientId, data.user, data.scopes, data.roles])).toEqual([
    ['console', 'ann', ['profile'], []],
    ['trainer', undefined, [], ['realm:admin', 'account:view-profile']],
  ]);
});

test('Hydra’s list, a provider’s configuration, metadata', async () => {
  const { estate } = await collectEstate(oauth, oauth.parse(join(folder, 'all')), signal);
  expect(estate.get('oauth.client', 'oauth:Client/file/hydra.json/h')?.data).toMatchObject({
    scopes: ['read', 'write'],
    accessTokenSeconds: 5400,
    created: '2024-01-01T00:00:00Z',
  });
  expect(estate.get('oauth.issuer', 'oauth:Issuer/op.example.com')?.data).toMatchObject({
    registration: 'offered',
    accessTokenSeconds: 60,
  });
  const { estate: saved } = await read({
    issuer: 'https://op.example.com/',
    token_endpoint: 'https://op.example.com/token',
    code_challenge_methods_supported: ['S256'],
  });
  expect(saved.all('oauth.issuer').map(({ data }) => data)).toMatchObject([
    {
      issuer: 'https://op.example.com',
      registration: 'none',
      pkce: true,
      grantTypes: ['authorization_code', 'implicit'],
    },
  ]);
});

test.each([
  ['https://app.example.com/cb?x=1', 'https://app.example.com/cb'],
  ['https://*.example.com/*', 'https://*.example.com/*'],
  ['http://localhost:8080/*', 'http://localhost:8080/*'],
  ['com.example.app:/oauth', 'com.example.app:'],
  ['/relative/*', '/relative/*'],
  ['*', '*'],
  ['a\u0007', undefined],
])('redirect %j is shown as %j', (written, shown) => expect(shownRedirect(written)).toBe(shown));

test.each<[string, unknown]>([
  ['a client without an id', [{ grant_types: ['x'] }]],
  ['something with an id alone', { client_id: 'x' }],
  ['a realm of another product', { realm: 'x', name: 'y' }],
  ['a list of anything', { items: [1, null, 'a'] }],
])('near miss: %s', async (_, content) => expect((await read(content)).clients).toEqual([]));

test.each<[string, unknown]>([
  [
    'wrong types',
    {
      realm: 'x',
      clients: [1, null, { clientId: 5 }, { clientId: 'a', redirectUris: 7, attributes: 'x', secret: {} }],
      users: 'none',
    },
  ],
  [
    'names with control characters',
    {
      realm: 'x',
      clients: [{ clientId: 'a\u001b[2J' }],
      users: [{ username: 'b\u0000', clientConsents: [{ clientId: 'a' }] }],
    },
  ],
  [
    'times out of range',
    { realm: 'x', clients: [{ clientId: 'a', attributes: { 'client.secret.creation.time': '99999999999999' } }] },
  ],
])('hostile: %s', async (_, content) => {
  const { estate } = await read(content);
  for (const { id } of estate.all('oauth.client')) expect(id).not.toMatch(/\p{Cc}/u);
});
