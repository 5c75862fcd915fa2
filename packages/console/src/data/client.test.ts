import { afterEach, expect, test, vi } from 'vitest';
import { addressOf, call } from './client.ts';
import { ProblemError } from './problem.ts';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string) {
  const fetch = vi.fn(async (_address: string, _init: RequestInit) => new Response(body, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

async function problemFrom(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProblemError);
  return (error as ProblemError).problem;
}

test('a path parameter is encoded, so that a hostile id cannot name another route', () => {
  expect(addressOf('incident', { params: { id: 'a/../b?x=1#y' } })).toBe('/api/incidents/a%2F..%2Fb%3Fx%3D1%23y');
});

test('query parameters without a value are left out', () => {
  expect(addressOf('nodes', { query: { q: 'gpu & more', kind: undefined, limit: 5 } })).toBe(
    '/api/nodes?q=gpu+%26+more&limit=5',
  );
  expect(addressOf('nodes', { query: {} })).toBe('/api/nodes');
});

test('method, address and body come from the route', async () => {
  const fetch = answer(200, JSON.stringify({ name: 'ada', role: 'admin', via: 'session' }));
  await expect(call('signIn', { body: { link: 'abc' } })).resolves.toEqual({
    name: 'ada',
    role: 'admin',
    via: 'session',
  });
  const [address, init] = fetch.mock.calls[0] ?? expect.fail('nothing was sent');
  expect(address).toBe('/api/sign-in');
  expect(init).toMatchObject({ method: 'POST', body: '{"link":"abc"}', credentials: 'same-origin' });
});

test('a POST without a body sends no content type', async () => {
  const fetch = answer(200, JSON.stringify({ ok: true }));
  await call('signOut', {});
  expect(fetch.mock.calls[0]?.[1].headers).toEqual({ accept: 'application/json' });
});

test('an answer of another form becomes a plain error that names the field', async () => {
  answer(200, JSON.stringify({ name: 'ada', role: 'emperor', via: 'session' }));
  const problem = await problemFrom(call('me', {}));
  expect(problem.code).toBe('FB-ANSWER-INVALID');
  expect(problem.why).toContain('role');
});

test('an error of the catalogue arrives as it was sent', async () => {
  const sent = { code: 'FB-AUTH-REQUIRED', what: 'You are not signed in.', why: 'No cookie.', next: 'Open the link.' };
  answer(401, JSON.stringify(sent));
  expect(await problemFrom(call('me', {}))).toEqual(sent);
});

test('a proxy page instead of JSON is said to be one', async () => {
  answer(502, '<html>Bad gateway</html>');
  const problem = await problemFrom(call('me', {}));
  expect(problem.code).toBe('FB-ANSWER-INVALID');
  expect(problem.why).toContain('502');
});

test('no server is FB-SERVER-UNREACHABLE', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('fetch failed')));
  expect((await problemFrom(call('health', {}))).code).toBe('FB-SERVER-UNREACHABLE');
});

test('a cancelled call is a cancellation and no problem of the server', async () => {
  const stop = new AbortController();
  vi.stubGlobal('fetch', async (_address: string, init: RequestInit) => {
    stop.abort();
    init.signal?.throwIfAborted();
  });
  await expect(call('health', {}, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
});
