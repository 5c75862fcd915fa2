import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { sendJson, sendWithoutEnd, startServer, type TestServer } from '../../intake/testing/server.case.ts';
import litellm from './index.ts';
import { key, team, tokenOf, user } from './testing/management.case.ts';

const signal = new AbortController().signal;
const config = { good: { from: 'x' }, bad: { from: '' } };
const folder = mkdtempSync(join(tmpdir(), 'firebreak-litellm-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'config.yaml');
writeFileSync(
  file,
  `
include: [other.yaml]
model_list:
  - model_name: gpt
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, api_base: "https://me:hunter2@models.example/v1?key=hunter2"}
  - model_name: azure
    litellm_params: {model: azure/x, api_key: hunter2, api_base: os.environ/AZURE_API_BASE}
  - model_name: "bad\\u0007name"
    litellm_params: {model: openai/x}
environment_variables: {OTHER: hunter2}
credential_list: [{credential_name: c, credential_values: {api_key: hunter2}}]
mcp_servers:
  files: {command: /usr/bin/npx, args: [--token, hunter2], env: {TOKEN: hunter2}, transport: stdio}
  remote: {url: "https://mcp.example/?t=hunter2", transport: http, auth_type: api_key, auth_value: hunter2, static_headers: {X-Key: os.environ/REMOTE_KEY}}
guardrails: [{guardrail_name: g, litellm_params: {guardrail: presidio, mode: [pre_call, post_call]}}]
router_settings: {fallbacks: [{gpt: [azure]}]}
litellm_settings: {default_fallbacks: [azure]}
general_settings: {master_key: hunter2}
`,
);

async function read(spec: string) {
  const session = await litellm.connect(litellm.parse(spec), signal);
  try {
    return await collectSession(litellm, session, signal);
  } finally {
    await litellm.close(session);
  }
}

connectorConformance({
  name: 'litellm over a configuration',
  connector: litellm,
  open: () => litellm.connect(litellm.parse(file), signal),
  config,
  secrets: ['hunter2'],
  expectedGaps: ['FB-OBJECT-IGNORED', 'FB-OBJECT-INVALID'],
});

test('a configuration tells where credentials come from, and never what they are', async () => {
  const { estate } = await read(`${file}#llm.example:4000`);
  const data = <K extends Parameters<typeof estate.all>[0]>(kind: K) => estate.all(kind).map((fact) => fact.data);
  expect(data('litellm.proxy')).toEqual([
    {
      aliases: [],
      server: 'llm.example:4000',
      authentication: 'key',
      database: 'unknown',
      masterKey: 'inline',
      fallbacks: [
        { model: 'gpt', to: ['azure'] },
        { model: '*', to: ['azure'] },
      ],
    },
  ]);
  expect(data('litellm.deployment')).toMatchObject([
    { model: 'azure', provider: 'azure', credential: { kind: 'inline' } },
    {
      model: 'gpt',
      apiBase: 'https://models.example/v1',
      credential: { kind: 'environment', names: ['OPENAI_API_KEY'] },
    },
  ]);
  expect(data('litellm.deployment')[0]?.apiBase).toBeUndefined();
  expect(data('litellm.mcp-server')).toMatchObject([
    { name: 'files', command: 'npx', environment: ['TOKEN'] },
    { name: 'remote', url: 'https://mcp.example/', auth: 'api_key', environment: ['REMOTE_KEY'] },
  ]);
});

test('what is no configuration, and what is no source, is said', async () => {
  const other = join(folder, 'other.yaml');
  writeFileSync(other, 'kind: Pod\n');
  expect((await read(other)).gaps.map(({ code }) => code)).toEqual(['FB-OBJECT-IGNORED']);
  writeFileSync(other, 'model_list: [\n');
  expect((await read(other)).gaps.map(({ code }) => code)).toEqual(['FB-YAML-INVALID']);
  await expect(read(join(folder, 'nothing.yaml'))).rejects.toThrow('FB-SOURCE-UNREADABLE');
  expect(() => litellm.parse('')).toThrow('FB-USAGE');
});

/** A proxy with a database, as its OpenAPI description has it. */
function managed(path: string, page: number): unknown {
  if (path === '/health/readiness') return { status: 'healthy', db: 'connected', litellm_version: '1.106.2' };
  if (path === '/key/list')
    return {
      keys: page === 1 ? [key('b'), key('a')] : [key('c', { token: 'sk-hunter2-in-plain-sight' })],
      current_page: page,
      total_pages: 2,
    };
  if (path === '/v2/team/list') return { teams: [team('t')], page, page_size: 100, total_pages: 1 };
  if (path === '/user/list') return { users: [user('u')], page, page_size: 100, total_pages: 1 };
  if (path === '/v1/mcp/server') return [];
  if (path === '/v1/model/info') return { data: [] };
  if (path === '/credentials') return { credentials: [] };
  if (path === '/guardrails/list') return { guardrails: [] };
  return {};
}

describe('a proxy with a database', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname === '/v1/models') sendJson(response, {}, 401);
      else sendJson(response, managed(url.pathname, Number(url.searchParams.get('page') ?? 1)));
    });
  });
  afterAll(() => server.stop());

  connectorConformance({
    name: 'litellm over its management API',
    connector: litellm,
    open: () => litellm.connect(litellm.parse(server.url), signal),
    config,
    secrets: ['hunter2'],
  });

  test('one session is read again after every step, however often a stranger was refused before', async () => {
    const session = await litellm.connect(litellm.parse(server.url), signal);
    for (let round = 0; round < 8; round += 1)
      expect((await collectSession(litellm, session, signal)).estate.all('litellm.key')).toHaveLength(3);
    await litellm.close(session);
  });

  test('keys of all pages, teams and users, with budgets, expiry and last use', async () => {
    const { estate, gaps } = await read(`${server.url}#llm.example`);
    expect(gaps).toEqual([]);
    expect(estate.all('litellm.key')).toHaveLength(3);
    expect(estate.get('litellm.key', `litellm:Key/llm.example/${tokenOf('a')}`)?.data).toEqual({
      server: 'llm.example',
      token: tokenOf('a'),
      name: 'sk-...ab12',
      alias: 'a',
      user: 'u',
      team: 't',
      models: ['assistant'],
      mcp: { servers: ['tracker'], groups: ['production'], tools: { tracker: ['search_issues'] } },
      budget: { max: 10, spent: 1.5, period: '30d', tokensPerMinute: 1000, requestsPerMinute: 10 },
      routes: ['llm_api_routes'],
      blocked: false,
      created: '2026-01-01T00:00:00Z',
      expires: '2027-01-01T00:00:00Z',
      lastUsed: '2026-11-01T00:00:00Z',
      autoRotates: true,
    });
    expect(estate.all('litellm.team')[0]?.data).toMatchObject({
      alias: 'search',
      members: [
        { user: 'u', role: 'admin' },
        { user: 'ann@example.com', role: 'user' },
      ],
    });
    expect(estate.all('litellm.user')[0]?.data).toMatchObject({ user: 'u', role: 'proxy_admin', teams: ['t'] });
  });
});

describe('a bad proxy', () => {
  async function against(answer: Parameters<typeof startServer>[0]) {
    const server = await startServer(answer);
    try {
      return { ...(await read(server.url)), requests: server.seen.length };
    } finally {
      await server.stop();
    }
  }
  const codes = ({ gaps }: { readonly gaps: readonly { readonly code: string }[] }) => gaps.map(({ code }) => code);

  test('pages without end, and the same page again', async () => {
    const found = await against((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname !== '/key/list') return sendJson(response, managed(url.pathname, 1));
      sendJson(response, { keys: [key('same')], current_page: 1, total_pages: 1_000_000 });
    });
    expect(codes(found)).toContain('FB-HTTP-ENDLESS');
    expect(found.requests).toBeLessThan(30);
  });
  test('an answer without end, an answer that is no list, an answer that is no JSON', async () => {
    const found = await against((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      if (pathname === '/credentials') sendWithoutEnd(response);
      else if (pathname === '/v1/mcp/server') sendJson(response, { oops: true });
      else if (pathname === '/guardrails/list') response.end('<html>');
      else sendJson(response, managed(pathname, 1));
    });
    expect(codes(found)).toEqual(expect.arrayContaining(['FB-HTTP-TOO-LARGE', 'FB-HTTP-RESPONSE-INVALID']));
    expect(found.estate.all('litellm.team')).toHaveLength(1);
  });
  test('a key that expires midway: what came before is kept, the rest is told', async () => {
    const found = await against((request, response, count) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (count > 8) sendJson(response, {}, 401);
      else sendJson(response, managed(url.pathname, Number(url.searchParams.get('page') ?? 1)));
    });
    expect(codes(found)).toContain('FB-HTTP-UNAUTHORIZED');
    expect(found.estate.all('litellm.key').length).toBeGreaterThan(0);
  });
});
