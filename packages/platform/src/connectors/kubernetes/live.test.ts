/**
 * The live API against a server that misbehaves in every way that we know of. The server is real HTTP on loopback; time and
 * chance are the test's, so that no test waits.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyFact, Gap } from '@firebreak/contract';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ApiResult, KubernetesApi, ResourceRef } from './api.ts';
import { collect } from './collect.ts';
import { defaultLimits, type LiveLimits, openLive } from './live.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-live-'));
afterAll(() => rmSync(folder, { recursive: true }));
const open: { server: Server; api: KubernetesApi }[] = [];
afterEach(async () => {
  for (const { server, api } of open.splice(0)) {
    await api.close();
    server.closeAllConnections();
    server.close();
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;
const waits: number[] = [];

async function serve(
  handler: Handler,
  limits: Partial<LiveLimits> = {},
  user: object = { token: 'sesame' },
): Promise<KubernetesApi> {
  const server = createServer((request, response) =>
    handler(request, response, new URL(request.url ?? '', 'http://x')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const file = join(folder, `${(server.address() as AddressInfo).port}`);
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'home' } }],
    clusters: [{ name: 'k', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(file, JSON.stringify(kubeconfig));
  waits.length = 0;
  const world = {
    sleep: async (ms: number) => {
      waits.push(ms);
    },
    random: () => 1,
  };
  const api = await openLive({ file }, { ...defaultLimits, timeoutMs: 5000, ...limits }, world);
  open.push({ server, api });
  return api;
}
function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
const status = (code: number, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  message,
});
const pods: ResourceRef = { group: '', version: 'v1', plural: 'pods' };
const pod: ResourceRef = { ...pods, namespace: 'ml', name: 'p' };
const item = (name: string) => ({ metadata: { name, namespace: 'ml', uid: `uid-${name}` }, spec: {} });
const podList = (names: string[], next?: string) => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) },
  items: names.map(item),
});
const signal = new AbortController().signal;
const short = <T>(result: ApiResult<T>) =>
  result.ok ? 'ok' : `${result.failure} ${result.status ?? '-'} ${result.sent ? 'sent' : 'unsent'}`;

async function listed(api: KubernetesApi, form: 'full' | 'table' = 'full') {
  const names: unknown[] = [];
  let ending = 'ok';
  for await (const page of api.list(pods, { form }, signal)) {
    if (page.ok) names.push(...page.value.items.map((each) => each.metadata?.name));
    else ending = short(page);
  }
  return { names, ending };
}

describe('one request', () => {
  test('carries the credential; another token takes its place and brings nothing else along', async () => {
    const seen: (string | undefined)[] = [];
    const api = await serve((request, response) => {
      seen.push(request.headers.authorization);
      json(response, 200, item('p'));
    });
    await api.get(pod, signal);
    await api.withToken('stolen').get(pod, signal);
    expect(seen).toEqual(['Bearer sesame', 'Bearer stolen']);
    expect([api.namespace, api.withToken('x').namespace]).toEqual(['home', undefined]);
    expect(api.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test.each([
    [400, 'invalid 400 sent'],
    [401, 'unauthorized 401 sent'],
    [403, 'forbidden 403 sent'],
    [404, 'not-found 404 sent'],
    [409, 'conflict 409 sent'],
    [422, 'invalid 422 sent'],
    [500, 'server-error 500 sent'],
    [504, 'timeout 504 sent'],
    [302, 'bad-response 302 sent'],
  ])('a %i is %s, with the server’s own words', async (code, expected) => {
    const api = await serve((_, response) =>
      json(response, code, status(code, 'because\u0007'), { location: 'http://elsewhere' }),
    );
    const result = await api.patch(pod, 'merge', {}, signal);
    expect(short(result)).toBe(expected);
    expect(result).toMatchObject({ reason: 'because\\u{7}' });
  });

  test.each([
    ['a page of HTML', 200, 'text/html', '<html>sign in</html>'],
    ['HTML with 404', 404, 'text/html', '<html>no</html>'],
    ['JSON that breaks off', 200, 'application/json', '{"kind": "Po'],
    ['no type at all', 200, '', 'ok'],
  ])('%s is a bad response', async (_, code, type, body) => {
    const api = await serve((__, response) => {
      response.writeHead(code, type === '' ? {} : { 'content-type': type }).end(body);
    });
    expect(short(await api.get(pod, signal))).toMatch(/^bad-response/);
  });

  test('a server that hangs, and one that drips, time out; a write then has an unknown outcome', async () => {
    const hang = await serve(() => {}, { timeoutMs: 80 });
    expect(short(await hang.get(pod, signal))).toBe('timeout - sent');
    expect(short(await hang.create(pods, {}, signal))).toBe('timeout - sent');
    const drip = await serve(
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 150 },
    );
    expect(short(await drip.get(pod, signal))).toBe('timeout - sent');
  });

  test('a connection that breaks is tried again for reads, never for writes', async () => {
    let requests = 0;
    const breaking: Handler = (request) => {
      requests += 1;
      request.socket.destroy();
    };
    const api = await serve(breaking);
    expect(short(await api.get(pod, signal))).toBe('unreachable - sent');
    expect(requests).toBe(defaultLimits.attempts);
    requests = 0;
    expect(short(await api.create(pods, {}, signal))).toBe('unreachable - sent');
    expect(requests).toBe(1);
  });

  test('an answer that breaks off in the middle is not taken for whole', async () => {
    const api = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"kind":"Pod"');
      setImmediate(() => request.socket.destroy());
    });
    expect(short(await api.get(pod, signal))).toBe('unreachable - sent');
  });

  test('nobody listens: nothing was sent', async () => {
    const api = await serve((_, response) => json(response, 200, {}));
    const entry = open[0];
    await new Promise((resolve) => entry?.server.close(resolve));
    expect(short(await api.create(pods, {}, signal))).toBe('unreachable - unsent');
  });

  test('429 is obeyed and then recovers; for ever it ends as throttled, after bounded waits', async () => {
    let requests = 0;
    const recovering = await serve((_, response) => {
      requests += 1;
      if (requests < 3) json(response, 429, status(429, 'slow'), { 'retry-after': '2' });
      else json(response, 201, item('p'));
    });
    expect(short(await recovering.create(pods, {}, signal))).toBe('ok');
    expect(waits).toEqual([2000, 2000]);
    const stubborn = await serve((_, response) => json(response, 429, status(429, 'no'), { 'retry-after': '86400' }));
    expect(short(await stubborn.get(pod, signal))).toBe('throttled 429 sent');
    expect(waits.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(defaultLimits.maxTotalWaitMs);
  });

  test('500 is tried again for reads', async () => {
    let requests = 0;
    const api = await serve((_, response) => {
      requests += 1;
      json(response, requests < 3 ? 500 : 200, requests < 3 ? status(500, 'etcd') : item('p'));
    });
    expect(short(await api.get(pod, signal))).toBe('ok');
    expect(requests).toBe(3);
  });

  test('the caller’s signal ends it at once', async () => {
    const controller = new AbortController();
    const api = await serve(() => controller.abort());
    await expect(api.get(pod, controller.signal)).rejects.toThrow('FB-CANCELLED');
  });

  test('preconditions and patch types travel as the API wants them', async () => {
    const seen: string[] = [];
    const api = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
        json(response, 200, item('p'));
      });
    });
    await api.patch(pod, 'json', [{ op: 'test', path: '/a', value: 1 }], signal);
    await api.delete(pod, { uid: 'u', resourceVersion: '1', propagation: 'Orphan' }, signal);
    await api.create({ ...pod, subresource: 'eviction' }, {}, signal);
    expect(seen).toEqual([
      'PATCH /api/v1/namespaces/ml/pods/p application/json-patch+json [{"op":"test","path":"/a","value":1}]',
      'DELETE /api/v1/namespaces/ml/pods/p application/json {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan","preconditions":{"uid":"u","resourceVersion":"1"}}',
      'POST /api/v1/namespaces/ml/pods/p/eviction application/json {}',
    ]);
  });
});

describe('lists', () => {
  test('follow the continue token to the end', async () => {
    const api = await serve((_, response, url) => {
      const from = url.searchParams.get('continue');
      json(response, 200, from === null ? podList(['a', 'b'], 'two') : podList(['c']));
    });
    expect(await listed(api)).toEqual({ names: ['a', 'b', 'c'], ending: 'ok' });
  });

  test('start again once when the token expired, without handing anything out twice', async () => {
    let expired = 0;
    const api = await serve((_, response, url) => {
      const from = url.searchParams.get('continue');
      if (from === 'old') {
        expired += 1;
        json(response, 410, status(410, 'expired'));
      } else if (from === null) json(response, 200, podList(['a', 'b'], expired === 0 ? 'old' : 'new'));
      else json(response, 200, podList(['b', 'c']));
    });
    expect(await listed(api)).toEqual({ names: ['a', 'b', 'c'], ending: 'ok' });
    const always = await serve((_, response, url) =>
      url.searchParams.has('continue')
        ? json(response, 410, status(410, 'expired'))
        : json(response, 200, podList(['a'], 'old')),
    );
    expect(await listed(always)).toEqual({ names: ['a'], ending: 'not-found 410 sent' });
  });

  test('that never end are given up', async () => {
    let page = 0;
    const growing = await serve(
      (_, response) => {
        page += 1;
        json(response, 200, podList([`p${page}`], `token-${page}`));
      },
      { maxObjects: 50 },
    );
    expect((await listed(growing)).ending).toBe('bad-response - sent');
    expect(page).toBe(51);
    const empty = await serve((_, response) => {
      page += 1;
      json(response, 200, podList([], `token-${page}`));
    });
    expect((await listed(empty)).ending).toBe('bad-response - sent');
    const same = await serve((_, response) => json(response, 200, podList(['a'], 'same')));
    expect((await listed(same)).ending).toBe('bad-response - sent');
  });

  test('whose pages are too large are asked for in smaller ones, and refused when one object is', async () => {
    const limits: number[] = [];
    const large = 'x'.repeat(2000);
    const api = await serve(
      (_, response, url) => {
        const limit = Number(url.searchParams.get('limit'));
        limits.push(limit);
        const names = Array.from({ length: Math.min(limit, 8) }, (__, index) => `p${index}`);
        json(response, 200, { ...podList(names), items: names.map((name) => ({ ...item(name), large })) });
      },
      { maxPageBytes: 16_000 },
    );
    expect((await listed(api)).names).toHaveLength(7);
    expect(limits).toEqual([500, 125, 31, 7]);
    const huge = await serve((_, response) => json(response, 200, { ...podList(['a']), large: 'x'.repeat(50_000) }), {
      maxPageBytes: 16_000,
    });
    expect((await listed(huge)).ending).toBe('bad-response - sent');
  });

  test('of secrets are asked for as a table of metadata, and nothing else is accepted', async () => {
    let asked = '';
    const api = await serve((request, response, url) => {
      asked = `${request.headers.accept} ${url.searchParams.get('includeObject')}`;
      json(response, 200, { kind: 'SecretList', items: [{ metadata: { name: 's' }, data: { password: 'aHVudGVy' } }] });
    });
    expect((await listed(api, 'table')).ending).toBe('bad-response - sent');
    expect(asked).toBe('application/json;as=Table;v=v1;g=meta.k8s.io Metadata');
  });
});

describe('a watch', () => {
  test('hands out events, and ends as a failure when it breaks or speaks nonsense', async () => {
    const watched = async (write: (response: ServerResponse, request: IncomingMessage) => void) => {
      const api = await serve((request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        write(response, request);
      });
      const seen: string[] = [];
      for await (const event of api.watch(pods, '1', signal)) seen.push(event.ok ? event.value.type : event.failure);
      return seen;
    };
    const line = (type: string) => `${JSON.stringify({ type, object: item('p') })}\n`;
    expect(await watched((response) => response.end(`${line('ADDED')}${line('BOOKMARK')}`))).toEqual([
      'ADDED',
      'BOOKMARK',
    ]);
    expect(await watched((response) => response.end(`${line('ADDED')}nonsense\n`))).toEqual(['ADDED', 'bad-response']);
    const breaking = await watched((response, request) => {
      response.write(line('DELETED'), () => request.socket.destroy());
    });
    expect(breaking).toEqual(['DELETED', 'unreachable']);
  });

  test('that is refused says why', async () => {
    const api = await serve((_, response) => json(response, 403, status(403, 'no')));
    const results = [];
    for await (const event of api.watch(pods, '1', signal)) results.push(short(event));
    expect(results).toEqual(['forbidden 403 sent']);
  });
});

describe('collecting from a server', () => {
  const legacy: Record<string, unknown> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'example.com',
          versions: [{ groupVersion: 'example.com/v1' }],
          preferredVersion: { groupVersion: 'example.com/v1' },
        },
        { name: 'down.example.com', versions: [{ groupVersion: 'down.example.com/v1' }] },
      ],
    },
    '/api/v1': {
      kind: 'APIResourceList',
      resources: [
        { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list', 'get'] },
        { name: 'pods/exec', kind: 'PodExecOptions', namespaced: true, verbs: ['create'] },
        { name: 'secrets', kind: 'Secret', namespaced: true, verbs: ['list'] },
        { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['list'] },
        { name: 'events', kind: 'Event', namespaced: true, verbs: ['list'] },
      ],
    },
    '/apis/example.com/v1': {
      kind: 'APIResourceList',
      resources: [{ name: 'widgets', kind: 'Widget', namespaced: true, verbs: ['list'] }],
    },
  };
  const table = {
    kind: 'Table',
    metadata: { resourceVersion: '1' },
    columnDefinitions: [{ name: 'Name' }, { name: 'Type' }],
    rows: [{ cells: ['s', 'Opaque'], object: { metadata: { name: 's', namespace: 'ml' } } }],
  };
  const discovery: Handler = (_, response, url) => {
    const document = legacy[url.pathname];
    if (document === undefined) json(response, 503, status(503, 'down'));
    else json(response, 200, document);
  };
  const normal: Handler = (request, response, url) => {
    if (url.pathname === '/api/v1/pods') json(response, 200, podList(['p']));
    else if (url.pathname === '/api/v1/secrets') json(response, 200, table);
    else if (url.pathname === '/api/v1/namespaces')
      json(response, 200, { kind: 'NamespaceList', metadata: {}, items: [{ metadata: { name: 'ml' } }] });
    else if (url.pathname === '/apis/example.com/v1/widgets')
      json(response, 200, {
        kind: 'PartialObjectMetadataList',
        metadata: {},
        items: [{ metadata: { name: 'w', namespace: 'ml' } }],
      });
    else discovery(request, response, url);
  };
  async function collected(api: KubernetesApi) {
    const facts: AnyFact[] = [];
    const gaps: Gap[] = [];
    for await (const each of collect(api, signal)) {
      if ('fact' in each) facts.push(each.fact);
      else gaps.push(each.gap);
    }
    return {
      ids: facts.map((fact) => fact.id),
      gaps: gaps.map((gap) => `${gap.code} ${gap.kinds} ${gap.where}`),
      facts,
    };
  }

  test('reads everything once, in the old way of discovery, and says what group is down', async () => {
    const { ids, gaps, facts } = await collected(await serve(normal));
    expect(ids).toEqual([
      'kubernetes:Namespace/ml',
      'kubernetes:Pod/ml/p',
      'kubernetes:Secret/ml/s',
      'kubernetes:Widget.example.com/ml/w',
    ]);
    expect(facts[2]?.data).toMatchObject({ type: 'Opaque', dataKeys: [] });
    expect(facts[1]?.source.locator).toBe('/api/v1/namespaces/ml/pods/p');
    expect(gaps).toEqual(['FB-K8S-SERVER-ERROR kubernetes.custom-resource /apis/down.example.com/v1']);
  });

  test('a right that is revoked midway leaves what was read, and a gap', async () => {
    const api = await serve((request, response, url) => {
      if (url.pathname !== '/api/v1/pods') normal(request, response, url);
      else if (url.searchParams.has('continue')) json(response, 403, status(403, 'no longer'));
      else json(response, 200, podList(['a'], 'two'));
    });
    const { ids, gaps } = await collected(api);
    expect(ids).toContain('kubernetes:Pod/ml/a');
    expect(gaps).toContain('FB-K8S-FORBIDDEN kubernetes.pod /api/v1/pods');
  });

  test('where the cluster may not be listed, the namespaces that may are', async () => {
    const api = await serve((request, response, url) => {
      if (url.pathname === '/api/v1/pods') json(response, 403, status(403, 'not everywhere'));
      else if (url.pathname === '/api/v1/namespaces/ml/pods') json(response, 200, podList(['p']));
      else if (url.pathname === '/api/v1/namespaces/home/pods') json(response, 403, status(403, 'not here'));
      else normal(request, response, url);
    });
    const { ids, gaps } = await collected(api);
    expect(ids).toContain('kubernetes:Pod/ml/p');
    expect(gaps).toContain('FB-K8S-FORBIDDEN kubernetes.pod /api/v1/pods');
  });

  test.each([
    ['is unauthorised', 401, 'FB-K8S-UNAUTHORIZED * '],
    ['is broken', 500, 'FB-K8S-SERVER-ERROR * '],
    ['is overloaded', 429, 'FB-K8S-THROTTLED * '],
  ])('a server that %s from the start is one gap that touches everything', async (_, code, expected) => {
    const { ids, gaps } = await collected(await serve((__, response) => json(response, code, status(code, 'no'))));
    expect(ids).toEqual([]);
    expect(gaps).toEqual([expect.stringMatching(`^${expected.replace('*', '\\*')}`)]);
  });

  test('a server that dies after discovery costs a bounded number of waits, and every resource is a gap', async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      name: `things${index}`,
      kind: `Thing${index}`,
      namespaced: true,
      verbs: ['list'],
    }));
    let requests = 0;
    const api = await serve(
      (request, response, url) => {
        if (url.pathname === '/apis/example.com/v1') json(response, 200, { kind: 'APIResourceList', resources: many });
        else if (legacy[url.pathname] !== undefined) discovery(request, response, url);
        else requests += 1;
      },
      { timeoutMs: 60 },
    );
    const { ids, gaps } = await collected(api);
    expect(ids).toEqual([]);
    expect(requests).toBeLessThan(12);
    // 40 things, pods, secrets, namespaces, and the group that is down.
    expect(gaps.length).toBe(44);
  });
});

describe('a kubeconfig', () => {
  const openFile = (content: string) => {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, content);
    return openLive({ file });
  };
  const secret = 'c0ffee-secret';
  test.each([
    ['is no YAML', `users: [{token: ${secret}`],
    ['has no current context', 'kind: Config\nclusters: []\n'],
    ['names a context that is not there', 'kind: Config\ncurrent-context: x\ncontexts: []\n'],
    [
      'has a cluster without a server',
      `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {token: ${secret}}}]\n`,
    ],
    [
      'has an address that is none',
      `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: 'ftp://${secret}'}}]\n`,
    ],
    [
      'has a certificate that is none',
      `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: 'https://x', certificate-authority-data: '${btoa(secret)}'}}]\nusers: [{name: u, user: {client-certificate-data: '${btoa(secret)}', client-key-data: '${btoa(secret)}'}}]\n`,
    ],
    [
      'names a plugin that is not there',
      `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {exec: {command: /no/such/${secret}, apiVersion: client.authentication.k8s.io/v1}}}]\n`,
    ],
    ['is too large', `#${'x'.repeat(1024 * 1024)}`],
  ])('that %s is refused with a code, and without quoting it', async (_, content) => {
    const error = await openFile(content).then(
      () => undefined,
      (each: Error) => each,
    );
    expect(String(error)).toContain('FB-K8S-KUBECONFIG-INVALID');
    expect(String(error)).not.toContain(secret);
  });

  test('with a credential from a file is read again when the server stops accepting it', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'first');
    let accepted = 'first';
    const api = await serve(
      (request, response) =>
        request.headers.authorization === `Bearer ${accepted}`
          ? json(response, 200, item('p'))
          : json(response, 401, status(401, 'no')),
      {},
      { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } },
    );
    expect(short(await api.get(pod, signal))).toBe('ok');
    accepted = 'second';
    expect(short(await api.get(pod, signal))).toBe('unauthorized 401 sent');
    writeFileSync(tokenFile, 'second');
    expect(short(await api.get(pod, signal))).toBe('ok');
  });
});
