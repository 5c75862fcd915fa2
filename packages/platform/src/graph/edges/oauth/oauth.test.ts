/** Secret → client → scope and role; issuer → every client. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { readClient, readMetadata } from '../../../connectors/oauth/clients.ts';
import { readRealm } from '../../../connectors/oauth/keycloak.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import oauthClient from '../../nodes/oauth/oauth-client.ts';
import oauthIssuer from '../../nodes/oauth/oauth-issuer.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => /^(CLIENT_|ISSUER_SIGNS)/.test(label));
const id = 'oauth:Issuer/op.example.com';
const facts = (...collected: Iterable<ReturnType<typeof readClient>>[]) =>
  collected.flatMap((each) => [...each].flatMap((one) => ('fact' in one ? [one.fact] : [])));
const issuer = facts([
  readMetadata({ issuer: 'https://op.example.com', token_endpoint: 'https://op.example.com/t' }, 'test'),
]);
const client = (more: object) =>
  facts([readClient({ client_id: 'c', grant_types: ['client_credentials'], ...more }, id, 'test')]);
const graphOf = (all: readonly AnyFact[]) => deriveGraph(estateOf(all, []), [oauthClient, oauthIssuer], rules);
const edgesOf = (all: readonly AnyFact[]) =>
  [...graphOf(all).liveEdges()]
    .map(({ type, from, to }) => `${type} ${from} -> ${to}`.replaceAll('oauth:', '').replaceAll('op.example.com/', ''))
    .sort();

const role = (subject: string): AnyFact =>
  ({
    id: 'aws:Role/arn:aws:iam::123456789012:role/ml',
    kind: 'aws.role',
    data: {
      Arn: 'arn:aws:iam::123456789012:role/ml',
      RoleName: 'ml',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/op.example.com' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { 'op.example.com:sub': subject } },
          },
        ],
      },
      RolePolicyList: [],
      AttachedManagedPolicies: [],
      InstanceProfileList: [],
      Tags: [],
    },
    source: { connector: 'test', locator: 'test' },
  }) as unknown as AnyFact;

test('a secret is the client, the client its scopes, the issuer every client', () => {
  expect(edgesOf([...issuer, ...client({ client_secret: 's', scope: 'read write' })])).toEqual([
    'CLIENT_SCOPE Client/c -> Scope/read',
    'CLIENT_SCOPE Client/c -> Scope/write',
    'CLIENT_SECRET_OPENS ClientSecret/c -> Client/c',
    'ISSUER_SIGNS oidc:Issuer/op.example.com -> Client/c',
  ]);
});

test('a role that trusts the issuer for this client', () => {
  expect(edgesOf([...issuer, ...client({}), role('c')])).toContain(
    'CLIENT_OPENS_ROLE Client/c -> aws:Role/arn:aws:iam::123456789012:role/ml',
  );
});

test.each<[string, RegExp, AnyFact[]]>([
  [
    'a public client has no secret',
    /CLIENT_SECRET/,
    client({ token_endpoint_auth_method: 'none', client_secret: 's' }),
  ],
  ['another subject', /CLIENT_OPENS/, [...issuer, ...client({}), role('d')]],
  ['an issuer that nobody told', /CLIENT_OPENS|ISSUER/, [...client({}), role('c')]],
  [
    'a client that acts for users only',
    /CLIENT_OPENS/,
    [...issuer, ...client({ grant_types: ['authorization_code'] }), role('c')],
  ],
  [
    'a client that is switched off',
    /CLIENT_|ISSUER/,
    facts(
      readRealm(
        {
          realm: 'x',
          clients: [
            { clientId: 'c', enabled: false, secret: 's', serviceAccountsEnabled: true, defaultClientScopes: ['a'] },
          ],
          users: [{ serviceAccountClientId: 'c', realmRoles: ['admin'] }],
        },
        'test',
      ),
    ),
  ],
])('no edge: %s', (_, pattern, all) => expect(edgesOf(all).filter((edge) => pattern.test(edge))).toEqual([]));

test('tenure: a client for itself stands, one for users does not; a secret is static and says its age', () => {
  const { nodes } = graphOf([
    ...client({ client_secret: 's', client_id_issued_at: 1_700_000_000, client_secret_expires_at: 1_893_456_000 }),
    ...facts([readClient({ client_id: 'u', grant_types: ['authorization_code'] }, id, 'test')]),
  ]);
  const tenure = (name: string) => nodes.find((node) => node.id === `oauth:${name}`)?.tenure;
  expect(tenure('Client/op.example.com/c')).toMatchObject({ access: 'standing', created: '2023-11-14T22:13:20.000Z' });
  expect(tenure('Client/op.example.com/u')).toMatchObject({ access: 'just-in-time' });
  expect(tenure('ClientSecret/op.example.com/c')).toEqual({
    lifetime: 'static',
    access: 'standing',
    created: '2023-11-14T22:13:20.000Z',
    expires: '2030-01-01T00:00:00.000Z',
  });
});
