import { afterEach, describe, expect, test } from 'vitest';
import { gapOfHttp, type HttpFailure, type HttpOptions, nextLink, openHttp, pagesOf } from './http.ts';
import { type Handler, sendJson as json, sendWithoutEnd, startServer, type TestServer } from './testing/server.case.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});
const signal = new AbortController().signal;

async function serve(handler: Handler): Promise<TestServer> {
  const server = await startServer(handler);
  endings.push(server.stop);
  return server;
}

function open(base: string, more: Partial<HttpOptions> = {}) {
  const waits: number[] = [];
  const client = openHttp({ base, sleep: async (ms) => void waits.push(ms), ...more });
  endings.push(() => client.close());
  return { client, waits };
}
test('reads JSON below the path of the base, with credentials in a header and nowhere else', async () => {
  const { url, seen } = await serve((_, response) => json(response, { a: 1 }));
  const { client } = open(`${url.replace('//', '//me:hunter%202@')}/api/`);
  const answer = await client.json({ path: '/x', query: { q: 'a b', none: undefined } }, signal);
  expect(answer).toMatchObject({ ok: true, value: { a: 1 } });
  expect(seen[0]?.url).toBe('/api/x?q=a+b');
  expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:hunter 2').toString('base64')}`);
  expect(client.address).toBe(`${url}/api`);
});

test('a search is a POST of JSON', async () => {
  const { url, seen } = await serve((_, response) => json(response, {}));
  await open(url).client.json({ path: '/search', search: { max: 1 } }, signal);
  expect(seen[0]?.method).toBe('POST');
  expect(seen[0]?.headers['content-type']).toBe('application/json');
});

test.each([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [418, 'refused'],
  [500, 'server-error'],
  [503, 'server-error'],
] as const)('status %i is %s, and the server’s words are not repeated', async (status, failure) => {
  const { url } = await serve((_, response) => json(response, { error: 'token hunter2' }, status));
  const answer = await open(url, { headers: { authorization: 'Bearer hunter2' } }).client.json({ path: '/' }, signal);
  expect(answer).toMatchObject({ ok: false, failure, status });
  expect(JSON.stringify(gapOfHttp(answer as HttpFailure, ['oci.tag'], url))).not.toContain('hunter2');
});

describe('patience', () => {
  test('waits as long as the server asks, by seconds or by date, and then has the answer', async () => {
    const later = { date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:00:07 GMT' };
    const { url } = await serve((_, response, count) => {
      if (count === 1) json(response, {}, 429, { 'retry-after': '3' });
      else if (count === 2) json(response, {}, 503, later);
      else json(response, { ok: true });
    });
    const { client, waits } = open(url);
    expect(await client.json({ path: '/' }, signal)).toMatchObject({ ok: true });
    expect(waits).toEqual([3000, 7000]);
  });

  test('ends: after some repeats, and when the session has no patience left', async () => {
    const { url, seen } = await serve((_, response) => json(response, {}, 429, { 'retry-after': '20' }));
    const { client, waits } = open(url);
    expect(await client.json({ path: '/' }, signal)).toMatchObject({ failure: 'throttled' });
    expect(waits).toEqual([20_000, 20_000, 20_000]);
    expect(await client.json({ path: '/' }, signal)).toMatchObject({ failure: 'throttled' });
    expect(seen).toHaveLength(5);
  });

  test('an absurd wait is cut', async () => {
    const { url } = await serve((_, response, count) =>
      count === 1 ? json(response, {}, 429, { 'retry-after': '999999999' }) : json(response, {}),
    );
    const { client, waits } = open(url);
    await client.json({ path: '/' }, signal);
    expect(waits).toEqual([30_000]);
  });
});

describe('redirects', () => {
  test('are followed within the origin, credentials and all', async () => {
    const { url, seen } = await serve((request, response) =>
      request.url === '/a' ? response.writeHead(307, { location: '/b' }).end() : json(response, { at: request.url }),
    );
    const { client } = open(url, { headers: { authorization: 'Bearer x' } });
    expect(await client.json({ path: '/a' }, signal)).toMatchObject({ value: { at: '/b' } });
    expect(seen[1]?.headers.authorization).toBe('Bearer x');
  });

  test('are not followed to another origin, even for content that may come from elsewhere when it has no TLS', async () => {
    const other = await serve((_, response) => json(response, {}));
    const { url } = await serve((_, response) => response.writeHead(302, { location: `${other.url}/x` }).end());
    const { client } = open(url);
    for (const elsewhere of [false, true])
      expect(await client.json({ path: '/a', elsewhere }, signal)).toMatchObject({ failure: 'response-invalid' });
    expect(other.seen).toHaveLength(0);
  });

  test('end', async () => {
    const { url, seen } = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await open(url).client.json({ path: '/a' }, signal)).toMatchObject({ failure: 'response-invalid' });
    expect(seen.length).toBeLessThan(10);
  });
});

describe('bounds', () => {
  test('a body without end is cut off', async () => {
    const { url } = await serve((_, response) => sendWithoutEnd(response));
    expect(await open(url, { maxBytes: 100_000 }).client.json({ path: '/' }, signal)).toMatchObject({
      failure: 'too-large',
    });
  });

  test('a drip does not outlast the time', async () => {
    const { url } = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    });
    expect(await open(url, { timeoutMs: 150 }).client.json({ path: '/' }, signal)).toMatchObject({
      failure: 'timeout',
    });
  });

  test('what is not JSON, compressed unasked, or not HTTP is no answer', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}');
      else if (request.url === '/raw') response.socket?.end('not http at all\r\n\r\n');
      else response.end('<html>');
    });
    const { client } = open(url);
    for (const path of ['/html', '/gzip', '/raw'])
      expect(await client.json({ path }, signal), path).toMatchObject({ failure: 'response-invalid' });
  });

  test('a server that is gone is not asked for ever', async () => {
    const { url, seen } = await serve((request) => request.socket.destroy());
    const { client } = open(url);
    for (let index = 0; index < 20; index += 1)
      expect(await client.json({ path: `/${index}` }, signal)).toMatchObject({ failure: 'unreachable' });
    expect(seen.length).toBeLessThan(10);
  });

  test('a credential that expired midway is not tried for ever', async () => {
    const { url, seen } = await serve((_, response, count) => json(response, {}, count > 2 ? 401 : 200));
    const { client } = open(url);
    for (let index = 0; index < 20; index += 1) await client.json({ path: `/${index}` }, signal);
    expect(await client.json({ path: '/z' }, signal)).toMatchObject({ failure: 'unauthorized' });
    expect(seen).toHaveLength(7);
  });

  test('requests are counted', async () => {
    const { url } = await serve((_, response) => json(response, {}));
    const { client } = open(url, { maxRequests: 2 });
    const ends = [];
    for (let index = 0; index < 3; index += 1) ends.push((await client.json({ path: '/' }, signal)).ok);
    expect(ends).toEqual([true, true, false]);
  });

  test('an address of another server is not asked, and a base must be http', async () => {
    const { url } = await serve((_, response) => json(response, {}));
    expect(await open(url).client.json({ path: 'http://127.0.0.1:1/x' }, signal)).toMatchObject({
      failure: 'response-invalid',
    });
    expect(() => openHttp({ base: 'file:///etc/passwd' })).toThrow('FB-USAGE');
  });

  test('a signal ends it by throwing', async () => {
    const { url } = await serve(() => undefined);
    const controller = new AbortController();
    const asked = open(url).client.json({ path: '/' }, controller.signal);
    controller.abort();
    await expect(asked).rejects.toThrow('FB-CANCELLED');
  });
});

describe('pages', () => {
  type Page = { readonly ok: true; readonly next: string | undefined };
  async function read(next: (cursor: number) => string | undefined, maxPages?: number) {
    const pages = [];
    for await (const page of pagesOf<Page>({
      read: async (cursor) => ({ ok: true, next: next(Number(cursor ?? 0)) }),
      next: (page) => page.next,
      ...(maxPages === undefined ? {} : { maxPages }),
    }))
      pages.push(page);
    return pages;
  }
  test('come until the last one', async () =>
    expect(await read((at) => (at < 3 ? String(at + 1) : undefined))).toHaveLength(4));
  test('in a circle are cut, and so are too many', async () => {
    expect((await read(() => '1')).at(-1)).toMatchObject({ failure: 'endless' });
    expect((await read((at) => String(at + 1), 7)).at(-1)).toMatchObject({ failure: 'endless' });
  });
});

test.each([
  ['</v2/_catalog?n=2&last=b>; rel="next"', '/v2/_catalog?n=2&last=b'],
  ['<https://a/?p=1>; rel="prev", <https://a/?p=3>; rel="next"', 'https://a/?p=3'],
  ['<https://a/?p=1,2>; rel=next; title="x"', 'https://a/?p=1,2'],
  ['<https://a/>; rel="last"', undefined],
  ['nonsense', undefined],
  [undefined, undefined],
])('Link %s', (header, target) => expect(nextLink(header)).toBe(target));
