/** A real OpenID provider (oidc-provider): its metadata, and a client that registered itself with it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import oauth from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-oidc-'));
const file = join(folder, 'registrations.json');
const server: Server = createServer();
let issuer = '';
let registration: { client_id: string; client_secret: string; registration_access_token: string };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    features: {
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
    },
    scopes: ['openid', 'models:read'],
  });
  server.on('request', provider.callback());
  const answer = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'trainer',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      scope: 'models:read',
    }),
  });
  expect(answer.status).toBe(201);
  registration = (await answer.json()) as typeof registration;
  writeFileSync(file, JSON.stringify([registration]));
  process.env.FIREBREAK_OAUTH_REGISTRATIONS = file;
});
afterAll(() => {
  delete process.env.FIREBREAK_OAUTH_REGISTRATIONS;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
const read = (from = issuer) => collectEstate(oauth, { from }, signal);

const secrets: string[] = [];
connectorConformance({
  name: 'oauth over oidc-provider',
  connector: oauth,
  open: () => {
    secrets.push(registration.client_secret, registration.registration_access_token);
    return oauth.connect({ from: issuer }, signal);
  },
  config: { good: { from: 'https://x' }, bad: { from: '' } },
  secrets,
});

test('its metadata say what it offers', async () => {
  const { estate, gaps } = await read();
  expect(gaps).toEqual([]);
  expect(estate.all('oauth.issuer').map(({ data }) => data)).toMatchObject([
    { issuer, registration: 'offered', pkce: true },
  ]);
  expect(estate.all('oauth.issuer')[0]?.data.grantTypes).toContain('client_credentials');
  expect(estate.all('oauth.issuer')[0]?.data.scopes).toContain('models:read');
});

test('a client is read by its own registration, without its secret', async () => {
  const { estate } = await read();
  expect(estate.all('oauth.client').map(({ data }) => data)).toMatchObject([
    {
      clientId: registration.client_id,
      name: 'trainer',
      grantTypes: ['client_credentials'],
      scopes: ['models:read'],
      public: false,
      secret: { inFile: false },
    },
  ]);
});

test('a registration that is gone or foreign is a gap', async () => {
  const wrong = [
    { ...registration, registration_access_token: 'wrong' },
    {
      registration_client_uri: 'http://127.0.0.1:9/steal',
      registration_access_token: registration.registration_access_token,
    },
  ];
  writeFileSync(file, JSON.stringify(wrong));
  const { estate, gaps } = await read();
  writeFileSync(file, JSON.stringify([registration]));
  expect(estate.all('oauth.client')).toEqual([]);
  expect(gaps.map(({ code }) => code)).toEqual(['FB-HTTP-UNAUTHORIZED', 'FB-HTTP-RESPONSE-INVALID']);
});

test('an issuer that calls itself otherwise is not believed', async () => {
  const { estate, gaps } = await read(issuer.replace('127.0.0.1', 'localhost'));
  expect(estate.size).toBe(0);
  expect(gaps.map(({ code }) => code)).toEqual(['FB-OBJECT-INVALID']);
});
