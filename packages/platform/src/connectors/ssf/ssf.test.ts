/** Events that are signed, delivered and proved: to a receiver that ends a session, however the delivery ends. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjectIdentifier } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ReceiverWorld, startReceiver, transmitterFile } from './cases/receiver.case.ts';
import { transmitterSchema } from './configuration.ts';
import ssf from './index.ts';

const signal = new AbortController().signal;
let folder: string;
let receiver: ReceiverWorld;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-ssf-'));
  receiver = await startReceiver();
  vi.stubEnv('RECEIVER_TOKEN', receiver.token);
  vi.stubEnv('POLL_TOKEN', 'poll-token-of-the-test');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await receiver.stop();
  rmSync(folder, { recursive: true });
});

function described(more: object = {}): string {
  const file = join(folder, 'transmitter.yaml');
  writeFileSync(file, JSON.stringify(transmitterFile(folder, receiver, more)), { mode: 0o600 });
  return file;
}
async function opened(more: object = {}) {
  const session = await ssf.connect(ssf.parse(described(more)), signal);
  receiver.trust = { issuer: session.transmitter.issuer, keys: [session.key.publicJwk] };
  return session;
}
const ann = {
  transmitter: 'https://firebreak.example.com',
  receiver: 'gateway',
  subject: { format: 'email', email: 'ann@example.com' },
  node: { kind: 'Client', id: 't:Client/ann', name: 'ann' },
};
function actionOf(id: string) {
  const action = ssf.actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}

let shared: { readonly file: string; readonly folder: string } | undefined;
connectorConformance({
  name: 'ssf by its file',
  connector: ssf,
  open: () => {
    const at = mkdtempSync(join(tmpdir(), 'firebreak-ssf-shared-'));
    shared ??= { file: join(at, 't.yaml'), folder: at };
    writeFileSync(
      shared.file,
      JSON.stringify(transmitterFile(shared.folder, { url: 'https://r.example.com', audience: 'r' })),
      { mode: 0o600 },
    );
    return ssf.connect(ssf.parse(shared.file), signal);
  },
  config: { good: { from: 'x' }, bad: { from: '-' } },
  secrets: ['receiver-token-of-the-test'],
});

describe.each([
  ['ssf.session-revoked', {}, 'session-revoked', {}],
  [
    'ssf.credential-change',
    { credential: 'password' },
    'credential-change',
    { credential_type: 'password', change_type: 'revoke' },
  ],
] as const)('%s', (id, more, event, members) => {
  test('the attacker’s session works before and not after; the receiver verified it; said twice it is one event', async () => {
    const session = await opened();
    const action = actionOf(id);
    const params: unknown = action.params.parse({ ...ann, ...more });
    const attempt = { session, signal, key: 'exec_1/s1' };
    const stolen = receiver.signIn('ann@example.com');
    const others = receiver.signIn('ben@example.com');
    expect(await receiver.use(stolen)).toBe(200);
    const before = await action.read(attempt, params);
    expect(before.record).toMatchObject({ state: 'unsaid' });
    const [shown] = action.preview(params, before.record);
    expect(receiver.arrived.count, 'reading says nothing').toBe(0);
    expect(await action.probe(attempt, params, before)).toMatchObject([{ result: 'fails' }]);

    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await receiver.use(stolen)).toBe(401);
    expect(await receiver.use(others), 'nobody else').toBe(200);
    const [[jti, payload]] = [...receiver.taken] as [[string, Record<string, unknown>]];
    const type = `https://schemas.openid.net/secevent/caep/event-type/${event}`;
    expect(payload).toMatchObject({
      iss: 'https://firebreak.example.com',
      aud: receiver.audience,
      sub_id: { format: 'email', email: 'ann@example.com' },
      events: { [type]: { ...members, initiating_entity: 'admin' } },
    });
    expect(shown).toMatchObject({ request: `POST ${receiver.url}/events`, body: { jti, sub_id: payload.sub_id } });
    const now = (await action.read(attempt, params)).record;
    expect(now).toMatchObject({ jti, state: 'accepted', proof: '202' });
    expect(action.inEffect(now, params, before.record)).toBe(true);
    expect(await action.probe(attempt, params, before)).toMatchObject([
      { result: 'holds', evidence: `Event ${jti}: 202.` },
    ]);

    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(receiver.arrived.count, 'applying twice is applying once').toBe(1);
    expect(action.reversal.kind).toBe('none');
    // Another step is another event.
    const again = { ...attempt, key: 'exec_2/s1' };
    expect((await action.read(again, params)).record).toMatchObject({ state: 'unsaid' });
    const said = JSON.stringify([before, now, shown, readFileSync(join(folder, 'outbox', `${jti}.json`), 'utf8')]);
    expect(said).not.toContain(receiver.token);
  });
});

describe('a delivery that', () => {
  test.each([
    ['is lost after it was taken', 'lose', { outcome: 'unknown' }],
    ['is answered without end', 'flood', { outcome: 'unknown' }],
    ['is not answered', 'hang', { outcome: 'unknown' }],
    ['is answered with an error of the server', 500, { outcome: 'unknown' }],
    ['is answered otherwise than the standard says', 200, { outcome: 'unknown' }],
    [
      'is refused with a code',
      400,
      { outcome: 'refused', code: 'FB-SIGNAL-REFUSED', reason: 'gateway does not take it: invalid_audience.' },
    ],
    [
      'is refused with words',
      'chatty',
      { outcome: 'refused', code: 'FB-SIGNAL-REFUSED', reason: 'gateway does not take it: no code of RFC 8935.' },
    ],
    ['is sent elsewhere', 'redirect', { outcome: 'refused', code: 'FB-SIGNAL-REFUSED', retryable: false }],
    ['is not authorized', 401, { outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', retryable: false }],
    ['is throttled', 429, { outcome: 'refused', code: 'FB-HTTP-THROTTLED', retryable: true }],
  ] as const)('%s: told as it is; the same event is sent again and taken once', async (_, how, outcome) => {
    const session = await opened();
    const action = actionOf('ssf.session-revoked');
    const params: unknown = action.params.parse(ann);
    const attempt = { session, signal, key: 'exec_1/s1' };
    const stolen = receiver.signIn('ann@example.com');
    const before = (await action.read(attempt, params)).record;
    receiver.next = how;
    const ended = await action.apply(attempt, params, before);
    expect(ended).toMatchObject(outcome);
    expect(JSON.stringify(ended)).not.toContain(receiver.token);
    const between = (await action.read(attempt, params)).record;
    expect(action.inEffect(between, params, before)).toBe(false);
    expect(action.isHalfway?.(between, params, before)).toBe(true);
    // A new process has the same event in its outbox.
    const next = await opened();
    expect(await action.apply({ ...attempt, session: next }, params, before)).toEqual({ outcome: 'done' });
    expect(receiver.taken.size).toBe(1);
    expect(readdirSync(join(folder, 'outbox')).length).toBe(1);
    expect(await receiver.use(stolen)).toBe(401);
  });

  test('nobody is there for', async () => {
    const session = await opened();
    await receiver.stop();
    const action = actionOf('ssf.session-revoked');
    const attempt = { session, signal, key: 'k' };
    expect(await action.apply(attempt, ann, {})).toMatchObject({
      outcome: 'refused',
      code: 'FB-HTTP-UNREACHABLE',
      retryable: true,
    });
    receiver = await startReceiver();
  });

  test('carries a signature that the receiver does not know is refused, and the session lives', async () => {
    const session = await opened();
    receiver.trust = { issuer: session.transmitter.issuer, keys: [] };
    const stolen = receiver.signIn('ann@example.com');
    const action = actionOf('ssf.session-revoked');
    expect(await action.apply({ session, signal, key: 'k' }, ann, {})).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('invalid_key'),
    });
    expect(await receiver.use(stolen)).toBe(200);
  });
});

describe('poll (RFC 8936)', () => {
  const poll = () => ({
    listen: { port: 0 },
    receivers: [
      {
        id: 'gateway',
        audience: receiver.audience,
        poll: { token: { env: 'POLL_TOKEN' } },
        events: ['session-revoked'],
        subjects: [{ node: 'kind=Client', as: { format: 'opaque', id: 'x' } }],
      },
    ],
  });

  test('laid ready, fetched, acknowledged: only then it was delivered', async () => {
    const session = await opened(poll());
    const base = `http://127.0.0.1:${session.listener?.port}`;
    const asked = (body: unknown, token = 'poll-token-of-the-test') =>
      fetch(`${base}/ssf/poll/gateway`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    // What a receiver needs to know of us, it learns from us.
    const metadata = (await (await fetch(`${base}/.well-known/ssf-configuration`)).json()) as Record<string, string>;
    expect(metadata).toMatchObject({
      issuer: session.transmitter.issuer,
      jwks_uri: 'https://firebreak.example.com/ssf/jwks.json',
    });
    const { keys } = (await (await fetch(`${base}/ssf/jwks.json`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys[0]).not.toHaveProperty('d');
    receiver.trust = { issuer: String(metadata.issuer), keys };

    const action = actionOf('ssf.session-revoked');
    const params: unknown = action.params.parse(ann);
    const attempt = { session, signal, key: 'k' };
    const stolen = receiver.signIn('ann@example.com');
    const before = (await action.read(attempt, params)).record;
    expect(await action.apply(attempt, params, before)).toEqual({ outcome: 'done' });
    const waiting = (await action.read(attempt, params)).record;
    expect([
      waiting.state,
      action.inEffect(waiting, params, before),
      action.isHalfway?.(waiting, params, before),
    ]).toEqual(['waiting', false, true]);

    expect((await asked({}, 'wrong')).status).toBe(401);
    expect((await asked('{')).status).toBe(400);
    expect((await asked({ ack: 'x' })).status).toBe(400);
    expect((await asked(`{"ack":["${'x'.repeat(100_000)}"]}`)).status).toBe(400);
    expect((await fetch(`${base}/ssf/poll/other`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${base}/ssf.key`)).status).toBe(404);
    expect(await (await asked({ maxEvents: 0 })).json()).toEqual({ sets: {}, moreAvailable: true });
    const { sets } = (await (await asked({ maxEvents: 10, returnImmediately: true })).json()) as {
      sets: Record<string, string>;
    };
    const [[jti, set]] = Object.entries(sets) as [[string, string]];
    expect(decodeProtectedHeader(set)).toMatchObject({ typ: 'secevent+jwt', alg: 'ES256' });
    await receiver.take(set);
    expect(await receiver.use(stolen)).toBe(401);
    expect(await (await asked({ ack: [jti, '../../etc/passwd', 'unknown'] })).json()).toEqual({ sets: {} });
    const now = (await action.read(attempt, params)).record;
    expect(now).toMatchObject({ state: 'accepted', proof: 'ack' });
    await ssf.close(session);
  });

  test('refused by the receiver: with its code', async () => {
    const session = await opened(poll());
    const action = actionOf('ssf.session-revoked');
    const attempt = { session, signal, key: 'k' };
    await action.apply(attempt, ann, {});
    const { jti } = (await action.read(attempt, ann)).record;
    await fetch(`http://127.0.0.1:${session.listener?.port}/ssf/poll/gateway`, {
      method: 'POST',
      headers: { authorization: 'Bearer poll-token-of-the-test' },
      body: JSON.stringify({ setErrs: { [jti]: { err: 'invalid_key', description: 'no' } } }),
    });
    expect((await action.read(attempt, ann)).record).toMatchObject({ state: 'refused', err: 'invalid_key' });
    await ssf.close(session);
  });
});

describe('key and configuration', () => {
  test('the key is made once, for us alone, and the same key signs the next time', async () => {
    const one = await opened();
    const key = join(folder, 'ssf.key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect((await opened()).key.kid).toBe(one.key.kid);
    chmodSync(key, 0o644);
    await expect(opened()).rejects.toMatchObject({ code: 'FB-LEDGER-KEY-INVALID' });
    chmodSync(key, 0o600);
    writeFileSync(key, '{"kty":"EC"}');
    await expect(opened()).rejects.toMatchObject({ code: 'FB-LEDGER-KEY-INVALID' });
  });

  test.each<[string, string, object]>([
    ['another kind', 'kind', { kind: 'Lever' }],
    ['no receiver', 'receivers', { receivers: [] }],
    [
      'a secret in the file',
      'receivers.0.push.authorization',
      {
        receivers: [
          {
            id: 'r',
            audience: 'r',
            events: ['session-revoked'],
            subjects: [{ node: 'kind=X', as: {} }],
            push: { endpoint: 'https://r', authorization: 'Bearer x' },
          },
        ],
      },
    ],
    ['to be reached from elsewhere', 'listen.host', { listen: { host: '0.0.0.0', port: 1 } }],
    ['a relative key', 'key', { key: 'ssf.key' }],
  ])('%s: said with its place', async (_, place, more) => {
    const parsed = transmitterSchema.safeParse(transmitterFile('/x', { url: 'https://r', audience: 'r' }, more));
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(place);
    await expect(opened(more)).rejects.toMatchObject({ code: 'FB-LEVER-INVALID' });
    expect(existsSync(join(folder, 'outbox'))).toBe(false);
  });

  test('another transmitter, and a receiver that did not register for it', async () => {
    const session = await opened();
    const action = actionOf('ssf.session-revoked');
    const attempt = { session, signal, key: 'k' };
    await expect(action.read(attempt, { ...ann, transmitter: 'https://x' })).rejects.toMatchObject({
      code: 'FB-NOT-FOUND',
    });
    expect(await action.apply(attempt, { ...ann, receiver: 'other' }, {})).toMatchObject({
      outcome: 'refused',
      code: 'FB-NOT-FOUND',
    });
    expect(ssf.answersFor?.(session, ann)).toBe(true);
    expect(ssf.answersFor?.(session, { ...ann, transmitter: 'https://x' })).toBe(false);
    expect(ssf.permissions(['ssf.session-revoked'])).toContain('authorization header');
  });

  test.each<[object]>([
    [{ format: 'email', email: 'no address' }],
    [{ format: 'iss_sub', iss: 'x' }],
    [{ format: 'opaque', id: 'a\nb' }],
    [{ format: 'uri', uri: 'no uri' }],
    [{ format: 'made-up', id: 'x' }],
    [{ format: 'email', email: 'a@b', more: 1 }],
  ])('no subject identifier: %j', (subject) => expect(subjectIdentifier.safeParse(subject).success).toBe(false));
});
