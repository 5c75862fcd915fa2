/**
 * The actions on a real OpenID provider: what an attacker does with a stolen client secret or a user's tokens works before, does not after,
 * and works again after undo, where there is one. Keycloak's side is in actions.test.ts, against a server of its contract.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import { type IssuerWorld, startIssuer, tokenIn } from '../cases/provider.case.ts';
import oauth from '../index.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-oauth-actions-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function actionOf(id: string) {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}

async function opened(world: IssuerWorld) {
  vi.stubEnv('FIREBREAK_OAUTH_REGISTRATIONS', world.registrations);
  const session = await oauth.connect(oauth.parse(world.issuer), signal);
  const of = { issuer: world.issuer, client: world.client.client_id };
  const collected = async () => {
    const { estate } = await collectSession(oauth, session, signal);
    return estate.all('oauth.client')[0]?.data;
  };
  return { attempt: { session, signal, key: 'test' }, of, collected };
}
const results = (probes: readonly { readonly result: string }[]) => probes.map(({ result }) => result);

describe.each([false, true])('by registration (RFC 7592), token rotated with each change: %s', (rotate) => {
  let world: IssuerWorld;
  beforeAll(async () => {
    world = await startIssuer(join(folder, `registrations-${rotate}.json`), rotate);
  });
  afterAll(() => world.stop());

  test('a scope taken away: no token with it, others go on, and back', async () => {
    const { attempt, of, collected } = await opened(world);
    const action = actionOf('oauth.narrow-client');
    const params: unknown = action.params.parse({ ...of, scopes: ['models:write'] });
    expect((await world.asClient('models:write')).status).toBe(200);
    const before = await action.read(attempt, params);
    expect(JSON.stringify(before)).not.toContain(world.client.client_secret);
    expect(JSON.stringify(before)).not.toContain(tokenIn(world.registrations));
    expect(results(await action.probe(attempt, params, before))).toEqual(['fails']);
    const [shown] = action.preview(params, before.record);
    expect(shown).toMatchObject({ body: { scope: 'openid offline_access models:read', client_id: of.client } });

    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await world.asClient('models:write')).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect((await world.asClient('models:read')).status).toBe(200);
    expect(action.inEffect((await action.read(attempt, params)).record, params, before.record)).toBe(true);
    expect(results(await action.probe(attempt, params, before))).toEqual(['holds']);
    expect((await collected())?.scopes).not.toContain('models:write');
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(world.changes.length).toBe(1);

    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect((await world.asClient('models:write')).status).toBe(200);
    expect((await action.read(attempt, params)).record).toEqual(before.record);
    expect(world.changes.length).toBe(2);
    expect(statSync(world.registrations).mode & 0o777, 'as private as it was').toBe(0o600);
  });

  test('a client disabled: neither its secret nor a refresh token gets anything; the same secret works after undo', async () => {
    const { attempt, of, collected } = await opened(world);
    const action = actionOf('oauth.disable-client');
    const params: unknown = action.params.parse(of);
    const { refresh } = await world.tokensOfUser();
    expect([(await world.asClient()).status, await world.refresh(refresh)]).toEqual([200, 200]);
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect([(await world.asClient()).status, await world.refresh(refresh)]).toEqual([400, 400]);
    expect(await action.probe(attempt, params, before)).toEqual([
      {
        what: expect.any(String),
        result: 'holds',
        evidence: expect.stringContaining('the issuer said invalid_request'),
      },
    ]);
    expect(await collected()).toMatchObject({ enabled: false, grantTypes: [] });
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect([(await world.asClient()).status, await world.refresh(refresh)]).toEqual([200, 200]);
    expect(await collected()).toMatchObject({ enabled: true });
    const now = (await action.read(attempt, params)).record;
    expect(action.reversal.restored(now, params, before.record)).toBe(true);
    expect([...now.client.metadata.grant_types].sort()).toEqual([...before.record.client.metadata.grant_types].sort());
  });

  test('what would leave the issuer a choice is refused, and nothing is sent', async () => {
    const { attempt, of } = await opened(world);
    const action = actionOf('oauth.narrow-client');
    const all = ['openid', 'offline_access', 'models:read', 'models:write'];
    const params: unknown = action.params.parse({ ...of, scopes: all });
    const sent = world.changes.length;
    const before = (await action.read(attempt, params)).record;
    expect(action.preview(params, before)).toEqual([]);
    expect(await action.apply(attempt, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED' });
    expect(world.changes.length).toBe(sent);
  });
});

describe('what can go wrong', () => {
  let world: IssuerWorld;
  beforeAll(async () => {
    world = await startIssuer(join(folder, 'registrations.json'));
  });
  afterAll(() => world.stop());

  test('a lost answer is unknown; reading again shows it in effect, and undo goes the same way', async () => {
    const { attempt, of } = await opened(world);
    const action = actionOf('oauth.disable-client');
    const before = (await action.read(attempt, of)).record;
    world.next = 'lose';
    expect(await action.apply(attempt, of, before)).toMatchObject({ outcome: 'unknown' });
    expect(action.inEffect((await action.read(attempt, of)).record, of, before)).toBe(true);
    if (action.reversal.kind !== 'restore') throw new Error('no undo');
    world.next = 'lose';
    expect(await action.reversal.restore(attempt, of, before)).toMatchObject({ outcome: 'unknown' });
    expect(await action.reversal.restore(attempt, of, before)).toEqual({ outcome: 'done' });
    expect((await world.asClient()).status).toBe(200);
  });

  test('refused by the issuer: nothing happened', async () => {
    const { attempt, of } = await opened(world);
    const action = actionOf('oauth.disable-client');
    const before = (await action.read(attempt, of)).record;
    world.next = 'refuse';
    expect(await action.apply(attempt, of, before)).toMatchObject({
      outcome: 'refused',
      code: 'FB-HTTP-FORBIDDEN',
      retryable: false,
    });
    expect((await world.asClient()).status).toBe(200);
  });

  test('what somebody else changed since is not overwritten', async () => {
    const { attempt, of } = await opened(world);
    const narrow = actionOf('oauth.narrow-client');
    const [mine, theirs] = [['models:write'], ['models:read']].map((scopes) => narrow.params.parse({ ...of, scopes }));
    const before = (await narrow.read(attempt, mine)).record;
    const other = (await narrow.read(attempt, theirs)).record;
    expect(await narrow.apply(attempt, theirs, other)).toEqual({ outcome: 'done' });
    expect(await narrow.apply(attempt, mine, before)).toMatchObject({
      outcome: 'refused',
      code: 'FB-STEP-CHANGED',
      retryable: true,
    });
    const now = (await narrow.read(attempt, mine)).record;
    expect(await narrow.apply(attempt, mine, now)).toEqual({ outcome: 'done' });
    if (narrow.reversal.kind !== 'restore') throw new Error('no undo');
    // Undone in the wrong order, each gives back its own.
    expect(await narrow.reversal.restore(attempt, theirs, other)).toEqual({ outcome: 'done' });
    expect((await world.asClient('models:read')).status).toBe(200);
    expect((await world.asClient('models:write')).status).toBe(400);
    await narrow.reversal.restore(attempt, mine, now);
    expect((await world.asClient('models:write')).status).toBe(200);
  });

  test('a file, another issuer and a client without registration are refused before anything is asked', async () => {
    const { attempt, of } = await opened(world);
    const action = actionOf('oauth.disable-client');
    const file = { ...attempt, session: await oauth.connect(oauth.parse(world.registrations), signal) };
    await expect(action.read(file, of)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
    await expect(action.read(attempt, { ...of, issuer: 'https://other.example.com' })).rejects.toMatchObject({
      code: 'FB-NOT-FOUND',
    });
    await expect(action.read(attempt, { ...of, client: 'stranger' })).rejects.toMatchObject({
      code: 'FB-SOURCE-READ-ONLY',
    });
    expect(oauth.canAct?.(file.session)).toBe(false);
    expect(oauth.answersFor?.(attempt.session, of)).toBe(true);
    expect(oauth.answersFor?.(attempt.session, { ...of, issuer: 'https://other.example.com' })).toBe(false);
  });

  test('a registration elsewhere does not get the access token', async () => {
    const { attempt, of } = await opened(world);
    const file = join(folder, 'elsewhere.json');
    writeFileSync(file, JSON.stringify([{ ...world.client, registration_client_uri: 'http://127.0.0.1:9/steal' }]));
    vi.stubEnv('FIREBREAK_OAUTH_REGISTRATIONS', file);
    await expect(actionOf('oauth.disable-client').read(attempt, of)).rejects.toMatchObject({
      code: 'FB-SOURCE-READ-ONLY',
    });
  });
});

describe('tokens (RFC 7009, RFC 7662)', () => {
  let world: IssuerWorld;
  beforeAll(async () => {
    world = await startIssuer(join(folder, 'registrations-tokens.json'));
  });
  afterAll(() => world.stop());

  test('what works with them before does not after; a second time is no second time; there is no way back', async () => {
    const { attempt, of } = await opened(world);
    const { access, refresh } = await world.tokensOfUser();
    const others = await world.tokensOfUser();
    const file = join(folder, 'tokens.json');
    const held = (name: string, token: string, token_type_hint: string, client_id = of.client) => ({
      name,
      client_id,
      token,
      token_type_hint,
    });
    writeFileSync(
      file,
      JSON.stringify([
        held('laptop of ann', refresh, 'refresh_token'),
        held('seen in the log', access, 'access_token'),
        held('not ours', others.access, 'access_token', 'somebody-else'),
      ]),
    );
    vi.stubEnv('FIREBREAK_OAUTH_TOKENS', file);
    const action = actionOf('oauth.revoke-tokens');
    expect([await world.userinfo(access), await world.refresh(refresh)]).toEqual([200, 200]);
    const before = await action.read(attempt, of);
    expect(before.record).toEqual({
      tokens: [
        { name: 'laptop of ann', active: true },
        { name: 'seen in the log', active: true },
      ],
    });
    const said = JSON.stringify([before, action.preview(of, before.record), await action.probe(attempt, of, before)]);
    for (const token of [access, refresh]) expect(said).not.toContain(token);
    expect(results(await action.probe(attempt, of, before))).toEqual(['fails', 'fails']);

    expect(await action.apply(attempt, of, before.record)).toEqual({ outcome: 'done' });
    expect([await world.userinfo(access), await world.refresh(refresh)]).toEqual([401, 400]);
    expect(await world.userinfo(others.access), 'nobody else’s').toBe(200);
    const now = (await action.read(attempt, of)).record;
    expect(action.inEffect(now, of, before.record)).toBe(true);
    expect(results(await action.probe(attempt, of, before))).toEqual(['holds', 'holds']);
    expect(await action.apply(attempt, of, before.record)).toEqual({ outcome: 'done' });
    expect(action.reversal).toMatchObject({ kind: 'none', because: expect.stringMatching(/worthless for good/) });
  });

  test.each<[string, unknown, string]>([
    ['no list', { token: 'secret-token' }, 'FB-SOURCE-UNREADABLE'],
    ['a token of two lines', [{ name: 'x', client_id: 'x', token: 'secret-token\nx' }], 'FB-SOURCE-UNREADABLE'],
    ['none of this client', [{ name: 'x', client_id: 'x', token: 'secret-token' }], 'FB-NOT-FOUND'],
  ])('a file of tokens with %s: refused, and not quoted', async (_, content, code) => {
    const { attempt, of } = await opened(world);
    const file = join(folder, 'bad-tokens.json');
    writeFileSync(file, JSON.stringify(content));
    vi.stubEnv('FIREBREAK_OAUTH_TOKENS', file);
    const error: unknown = await actionOf('oauth.revoke-tokens')
      .read(attempt, of)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('secret-token');
  });
});

test('the file of registrations is written whole: it is JSON at every moment, and nothing else is in its folder', () => {
  expect(() => JSON.parse(readFileSync(join(folder, 'registrations-true.json'), 'utf8'))).not.toThrow();
});
