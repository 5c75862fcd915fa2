/** How the live connector bears a server that limits, forgets, repeats itself or breaks off. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import github from '../index.ts';
import { openLive } from '../session.ts';
import { openLiveAnswers } from './live.ts';

const signal = new AbortController().signal;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const json = { 'content-type': 'application/json' };

test('a used-up rate limit is waited for as long as GitHub says', async () => {
  let asked = 0;
  const apiUrl = await serve((_, response) => {
    asked += 1;
    if (asked > 1) return response.writeHead(200, json).end('{"a":1}');
    const reset = String(Math.floor(Date.parse('2024-01-01T00:00:30Z') / 1000));
    const headers = {
      ...json,
      date: 'Mon, 01 Jan 2024 00:00:00 GMT',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset,
    };
    return response.writeHead(403, headers).end('{}');
  });
  const waits: number[] = [];
  const answers = openLiveAnswers({ apiUrl, sleep: async (ms) => void waits.push(ms) });
  expect(await answers.get('/repos/a/b', signal)).toEqual({ ok: true, value: { a: 1 } });
  expect(waits).toEqual([31_000]);
  await answers.close();
});

test('the secondary limit is known by its words where no header tells it, and waited for', async () => {
  let asked = 0;
  const apiUrl = await serve((_, response) => {
    asked += 1;
    if (asked > 8) return response.writeHead(200, json).end('{"a":1}');
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    return response.writeHead(403, { ...json, 'x-ratelimit-remaining': '4000' }).end(JSON.stringify({ message }));
  });
  const waits: number[] = [];
  const answers = openLiveAnswers({ apiUrl, sleep: async (ms) => void waits.push(ms) });
  expect(await answers.get('/repos/a/b', signal)).toEqual({ ok: true, value: { a: 1 } });
  expect(waits).toContain(60_000);
  await answers.close();
});

test('beyond its patience it asks no more, and what is left out is told', async () => {
  let asked = 0;
  const apiUrl = await serve((_, response) => {
    asked += 1;
    response.writeHead(403, { ...json, 'retry-after': '100000' }).end('{}');
  });
  const answers = openLiveAnswers({ apiUrl, sleep: async () => {} });
  for (let time = 0; time < 3; time += 1) {
    const answer = await answers.get('/repos/a/b', signal);
    expect(answer.ok ? '' : answer.gap(['x']).code).toBe('FB-HTTP-THROTTLED');
  }
  expect(asked).toBe(1);
  await answers.close();
});

test('being forbidden is not being limited', async () => {
  const apiUrl = await serve((_, response) =>
    response.writeHead(403, { ...json, 'x-ratelimit-remaining': '4999' }).end('{}'),
  );
  const answers = openLiveAnswers({ apiUrl, sleep: async () => expect.unreachable('it waited') });
  const answer = await answers.get('/repos/a/b', signal);
  expect(answer.ok ? '' : answer.gap(['x']).code).toBe('FB-HTTP-FORBIDDEN');
  await answers.close();
});

test('a listing that never ends is cut off, with what came', async () => {
  let page = 0;
  const apiUrl = await serve((request, response) => {
    page += 1;
    const next = `<http://${request.headers.host}/orgs/a/repos?page=${page + 1}>; rel="next"`;
    response.writeHead(200, { ...json, link: next }).end(JSON.stringify([{ page }]));
  });
  const answers = openLiveAnswers({ apiUrl, maxPages: 5 });
  const { items, missing } = await answers.list('/orgs/a/repos', undefined, signal);
  expect(items).toHaveLength(5);
  expect(missing?.gap(['x']).code).toBe('FB-HTTP-ENDLESS');
  await answers.close();
});

test('a listing that leads to another server is not followed there', async () => {
  const apiUrl = await serve((_, response) =>
    response.writeHead(200, { ...json, link: '<http://evil.invalid/x>; rel="next"' }).end('[1]'),
  );
  const answers = openLiveAnswers({ apiUrl, token: 'hidden' });
  const { items, missing } = await answers.list('/orgs/a/repos', undefined, signal);
  expect(items).toEqual([1]);
  expect(missing?.gap(['x']).code).toBe('FB-HTTP-RESPONSE-INVALID');
  await answers.close();
});

test('a token that expires midway ends in gaps, and the questions stop', async () => {
  let asked = 0;
  const repository = {
    full_name: 'a/b',
    owner: { login: 'a', type: 'User' },
    default_branch: 'main',
    visibility: 'public',
    html_url: 'https://github.com/a/b',
  };
  const apiUrl = await serve((request, response) => {
    asked += 1;
    if (asked > 3) return response.writeHead(401, json).end('{"message":"Bad credentials"}');
    const body = request.url === '/repos/a/b' ? repository : { enabled: true, default_workflow_permissions: 'read' };
    return response.writeHead(200, json).end(JSON.stringify(body));
  });
  const session = openLive({ owner: 'a', repository: 'b', apiUrl, token: 'gone' });
  const { estate, gaps } = await collectSession(github, session, signal);
  expect(estate.all('github.repository')[0]?.data.complete).toEqual(['actions']);
  expect(new Set(gaps.map(({ code }) => code))).toEqual(new Set(['FB-HTTP-UNAUTHORIZED']));
  expect(asked).toBeLessThan(12);
  expect(JSON.stringify(gaps)).not.toContain('gone');
});

test.each([
  ['nothing', ''],
  ['no JSON', '<html>'],
  ['another shape', '{"full_name": 7}'],
  ['a hostile name', '{"full_name": "../../x"}'],
])('an answer that is %s is a gap', async (_, body) => {
  const apiUrl = await serve((__, response) => response.writeHead(200, json).end(body));
  const { estate, gaps } = await collectSession(github, openLive({ owner: 'a', repository: 'b', apiUrl }), signal);
  expect(estate.all('github.repository')).toEqual([]);
  expect(gaps.length).toBeGreaterThan(0);
});
