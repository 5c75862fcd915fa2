/**
 * The actions against a realm of Keycloak by its contract: the attacker's use, the exact requests, attempts that are cut off between two
 * of them, refusals. What a real provider shows is in actions.integration.test.ts.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lever } from '@firebreak/contract';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import { type RealmWorld, startRealm } from '../cases/keycloak.case.ts';
import { showClient } from '../control/client-auth.ts';
import oauth from '../index.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-keycloak-'));
let world: RealmWorld;

beforeEach(async () => {
  world = await startRealm();
  vi.stubEnv('FIREBREAK_KEYCLOAK_CLIENT_ID', 'firebreak');
  vi.stubEnv('FIREBREAK_KEYCLOAK_CLIENT_SECRET', world.adminSecret);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await world.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

function actionOf(id: string) {
  const action = actions.find((each) => each.id === id);
  if (action?.reversal.kind !== 'restore') throw new Error(`no action ${id}`);
  return { action, restore: action.reversal.restore, restored: action.reversal.restored };
}

async function opened() {
  const session = await oauth.connect(oauth.parse(world.issuer), signal);
  return { session, attempt: { session, signal, key: 'test' }, of: { issuer: world.issuer, client: 'trainer' } };
}

test('every action is in its own file, is named like it, and says what it needs', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `oauth.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id)).toEqual(files.sort());
  for (const { id, permissions } of actions) {
    expect(permissions.length, id).toBeGreaterThan(0);
    for (const permission of permissions) expect(oauth.permissions([id])).toContain(permission);
  }
});

const cases: readonly {
  readonly id: string;
  readonly more: object;
  readonly writes: number;
  /** Status or acceptance as an attacker sees it: before and while it is in effect. */
  readonly attack: (world: RealmWorld, token: string) => Promise<unknown>;
  readonly open: unknown;
  readonly closed: unknown;
}[] = [
  {
    id: 'oauth.disable-client',
    more: {},
    writes: 1,
    attack: async (of, token) => [(await of.asClient()).status, await of.introspect(token), await of.userinfo(token)],
    open: [200, true, 200],
    closed: [401, false, 401],
  },
  {
    id: 'oauth.narrow-client',
    more: { scopes: ['models', 'data'] },
    // `models` is mapped twice.
    writes: 3,
    attack: async (of) => [
      (await of.asClient('models')).status,
      (await of.asClient('data')).status,
      (await of.asClient('profile')).status,
    ],
    open: [200, 200, 200],
    closed: [400, 400, 200],
  },
  {
    id: 'oauth.reject-earlier-tokens',
    more: { issuedBefore: 1_790_000_001 },
    writes: 1,
    attack: async (of, token) => [await of.introspect(token), await of.userinfo(token)],
    open: [true, 200],
    closed: [false, 401],
  },
];

describe.each(cases)('$id', ({ id, more, writes, attack, open, closed }) => {
  test('the attacker gets through before, not after, and again after undo', async () => {
    const { attempt, of } = await opened();
    const { action, restore, restored } = actionOf(id);
    const params: unknown = action.params.parse({ ...of, ...more });
    const { token } = await world.asClient();
    const start = world.state();
    expect(await attack(world, token)).toEqual(open);
    const before = await action.read(attempt, params);
    action.before.parse(JSON.parse(JSON.stringify(before.record)));
    expect(world.changes).toEqual([]);
    expect(JSON.stringify(before)).not.toMatch(/secret/i);
    const preview = action.preview(params, before.record);
    expect(preview.length).toBe(writes);

    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(
      world.changes.map(({ method, path, body }) => ({
        request: `${method} ${path.replace('/admin/realms/ml', '')}`,
        body,
      })),
    ).toEqual(preview.map(({ request, body }) => ({ request, body })));
    expect(await attack(world, token)).toEqual(closed);
    expect(action.inEffect((await action.read(attempt, params)).record, params, before.record)).toBe(true);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(world.changes.length, 'applying twice is applying once').toBe(writes);

    expect(await restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(world.state()).toEqual(start);
    expect(await attack(world, token)).toEqual(open);
    expect(restored((await action.read(attempt, params)).record, params, before.record)).toBe(true);
    expect(await restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(world.changes.length, 'restoring twice is restoring once').toBe(2 * writes);
  });

  test.each(['lose', 'drop', 429, 403, 409] as const)('cut off at every request (%s), there and back', async (how) => {
    for (let at = 0; at < writes; at += 1) {
      const { attempt, of } = await opened();
      const { action, restore } = actionOf(id);
      const params: unknown = action.params.parse({ ...of, ...more });
      const start = world.state();
      const before = (await action.read(attempt, params)).record;
      world.breakAt(at, how);
      const broken = await action.apply(attempt, params, before);
      // Once a request has gone through, or may have, it would be wrong to say that nothing happened.
      expect(broken.outcome).toBe(typeof how === 'string' || at > 0 ? 'unknown' : 'refused');
      if (broken.outcome === 'refused') expect(broken.retryable).toBe(how !== 403);
      const between = (await action.read(attempt, params)).record;
      if (!action.inEffect(between, params, before)) {
        if (at > 0) expect(action.isHalfway?.(between, params, before)).toBe(true);
        expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
      }
      world.breakAt(at, how);
      await restore(attempt, params, before);
      expect(await restore(attempt, params, before)).toEqual({ outcome: 'done' });
      expect(world.state()).toEqual(start);
    }
  });
});

test('tokens are revoked with our own credential, and a signed assertion shows who we are where the issuer takes one', async () => {
  const { attempt, of } = await opened();
  const { token } = await world.asClient();
  const file = join(folder, 'tokens.json');
  writeFileSync(
    file,
    JSON.stringify([{ name: 'stolen', client_id: 'trainer', token, token_type_hint: 'access_token' }]),
  );
  vi.stubEnv('FIREBREAK_OAUTH_TOKENS', file);
  vi.stubEnv('FIREBREAK_OAUTH_CLIENT_ID', 'firebreak');
  vi.stubEnv('FIREBREAK_OAUTH_CLIENT_SECRET', world.adminSecret);
  const action = actions.find(({ id }) => id === 'oauth.revoke-tokens');
  const before = await action?.read(attempt, of);
  expect(await action?.apply(attempt, of, before?.record)).toEqual({ outcome: 'done' });
  expect([await world.introspect(token), await world.userinfo(token)]).toEqual([false, 401]);
  expect(await action?.probe(attempt, of, { record: before?.record })).toMatchObject([{ result: 'holds' }]);

  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { jwk: { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k' } };
  const shown = await showClient({ clientId: 'firebreak', key }, ['client_secret_basic', 'private_key_jwt'], of.issuer);
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] });
  const { payload } = await jwtVerify(shown.form.client_assertion ?? '', keys, {
    issuer: 'firebreak',
    subject: 'firebreak',
    audience: of.issuer,
  });
  expect(payload.jti).toBeTruthy();
  await expect(showClient({ clientId: 'x' }, ['client_secret_basic'], of.issuer)).rejects.toMatchObject({
    code: 'FB-HTTP-UNAUTHORIZED',
  });
  await expect(showClient({ clientId: 'x', secret: 's' }, ['tls_client_auth'], of.issuer)).rejects.toMatchObject({
    code: 'FB-HTTP-UNAUTHORIZED',
  });
  const odd = await showClient({ clientId: 'a b:c', secret: 'ü&=%' }, ['client_secret_basic'], of.issuer);
  expect(Buffer.from((odd.headers.authorization ?? '').slice(6), 'base64').toString()).toBe('a+b%3Ac:%C3%BC%26%3D%25');
});

test('the realm is collected as it is: a disabled client is one in a fresh collect', async () => {
  const { session, attempt, of } = await opened();
  const client = async () => {
    const { estate, gaps } = await collectSession(oauth, session, signal);
    expect(gaps).toEqual([]);
    expect(JSON.stringify([...estate.all('oauth.client'), ...estate.all('oauth.grant')])).not.toMatch(
      /trainer-[0-9a-f]{8}-/,
    );
    expect(estate.all('oauth.issuer')[0]?.data.issuer).toBe(of.issuer);
    return {
      grants: estate.all('oauth.grant').flatMap(({ data }) => data.roles),
      ...estate.all('oauth.client')[0]?.data,
    };
  };
  expect(await client()).toMatchObject({
    clientId: 'trainer',
    enabled: true,
    scopes: ['profile', 'models', 'data'],
    grantTypes: ['client_credentials'],
    keeper: 'keycloak',
    secret: { inFile: false },
    grants: ['realm:trainer-role', 'account:view-profile'],
  });
  const { action } = actionOf('oauth.disable-client');
  const before = (await action.read(attempt, of)).record;
  await action.apply(attempt, of, before);
  expect(await client()).toMatchObject({ enabled: false });
});

test('a grant at Keycloak is not taken: its account would be deleted with it', async () => {
  const { attempt, of } = await opened();
  const { action } = actionOf('oauth.narrow-client');
  const params: unknown = action.params.parse({ ...of, grants: ['client_credentials'] });
  const before = (await action.read(attempt, params)).record;
  expect(await action.apply(attempt, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED' });
  expect(world.changes).toEqual([]);
});

test('parameters name one client of one issuer, to the letter', () => {
  const of = { issuer: 'https://op.example.com', client: 'c' };
  const refused: readonly (readonly [string, object])[] = [
    ['oauth.disable-client', { ...of, issuer: 'file:///etc/passwd' }],
    ['oauth.disable-client', { ...of, client: 'a\nb' }],
    ['oauth.disable-client', { ...of, more: 1 }],
    ['oauth.narrow-client', of],
    ['oauth.narrow-client', { ...of, scopes: ['a b'] }],
    ['oauth.reject-earlier-tokens', of],
    ['oauth.revoke-tokens', { ...of, token: 'x' }],
  ];
  for (const [id, params] of refused)
    expect(
      actions.find((each) => each.id === id)?.params.safeParse(params).success,
      `${id} ${JSON.stringify(params)}`,
    ).toBe(false);
  const narrow = { ...of, scopes: ['a'], grants: [] };
  const parsed = actions.find(({ id }) => id === 'oauth.narrow-client')?.params.parse(narrow);
  expect(lever('oauth.narrow-client', parsed as Record<string, unknown>)).toEqual(lever('oauth.narrow-client', narrow));
});

beforeAll(() => {
  // Nothing of the machine's own settings may decide here.
  for (const name of ['FIREBREAK_OAUTH_REGISTRATIONS', 'FIREBREAK_OAUTH_TOKENS', 'FIREBREAK_OAUTH_CLIENT_ID'])
    delete process.env[name];
});
