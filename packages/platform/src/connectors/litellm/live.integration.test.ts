/**
 * Against the LiteLLM proxy itself, without a database: the program that generates its client for one is not on PyPI. What it
 * would answer of keys, teams and users is held against its own OpenAPI description here, and read in conformance.test.ts.
 */
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterEach, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { at, record } from '../../intake/foreign.ts';
import litellm from './index.ts';
import { key, team, user } from './testing/management.case.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_LITELLM_URL ?? '';
const masterKey = process.env.FIREBREAK_LITELLM_KEY ?? '';
const file = process.env.FIREBREAK_LITELLM_CONFIG ?? '';
afterEach(() => {
  delete process.env.LITELLM_API_KEY;
});

async function open(spec: string, apiKey: string | undefined) {
  if (apiKey !== undefined) process.env.LITELLM_API_KEY = apiKey;
  return litellm.connect(litellm.parse(spec), signal);
}
async function read(spec: string, apiKey: string | undefined) {
  const session = await open(spec, apiKey);
  try {
    return await collectSession(litellm, session, signal);
  } finally {
    await litellm.close(session);
  }
}
const secrets = [masterKey, 'hunter2', 'of-the-tests'];

connectorConformance({
  name: 'litellm over a proxy',
  connector: litellm,
  open: () => open(url, masterKey),
  config: { good: { from: 'http://llm.example' }, bad: { from: '' } },
  secrets,
});
connectorConformance({
  name: 'litellm over the file that it runs with',
  connector: litellm,
  open: () => open(`${file}#https://llm.example`, undefined),
  config: { good: { from: 'config.yaml' }, bad: { from: '' } },
  secrets,
});

test('models, credentials, MCP servers, guardrails and fallbacks of the proxy', async () => {
  const { estate, gaps } = await read(`${url}#https://llm.example`, masterKey);
  const data = <K extends Parameters<typeof estate.all>[0]>(kind: K) => estate.all(kind).map((fact) => fact.data);
  expect(data('litellm.proxy')).toMatchObject([
    {
      server: 'llm.example',
      authentication: 'key',
      database: 'none',
      fallbacks: [{ model: 'assistant', to: ['summary'] }],
    },
  ]);
  expect(data('litellm.deployment')).toMatchObject([
    { model: 'assistant', provider: 'openai', apiBase: 'https://models.example/v1', accessGroups: ['production'] },
    { model: 'in-house', apiBase: 'http://llm.ml.svc.cluster.local:8000/v1', credential: { kind: 'untold' } },
    { model: 'summary', provider: 'bedrock', credential: { kind: 'stored', names: ['bedrock'] } },
  ]);
  expect(data('litellm.credential')).toMatchObject([
    { name: 'bedrock', parts: ['aws_access_key_id', 'aws_secret_access_key'] },
  ]);
  expect(data('litellm.mcp-server')).toMatchObject([
    { name: 'files', transport: 'stdio', command: 'false', environment: ['FILES_TOKEN'] },
    { name: 'tracker', auth: 'bearer_token', tools: ['search_issues'] },
  ]);
  expect(data('litellm.guardrail')).toMatchObject([{ name: 'personal-data', provider: 'presidio', always: true }]);
  expect(gaps).toMatchObject([{ code: 'FB-ACCESS-UNTOLD', kinds: ['litellm.key', 'litellm.team', 'litellm.user'] }]);
});

test('the file tells which variables the credentials come from', async () => {
  const { estate } = await read(`${file}#https://llm.example`, undefined);
  expect(estate.all('litellm.deployment').map(({ data }) => [data.model, data.credential])).toEqual([
    ['assistant', { kind: 'environment', names: ['OPENAI_API_KEY'] }],
    ['in-house', { kind: 'inline', names: [] }],
    ['summary', { kind: 'stored', names: ['bedrock'] }],
  ]);
  expect(estate.all('litellm.proxy')[0]?.data.masterKey).toBe('LITELLM_MASTER_KEY');
  expect(estate.all('litellm.credential')[0]?.data.environment).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
});

test('without a key, and with a wrong one, what is missing is said', async () => {
  for (const apiKey of [undefined, 'sk-wrong']) {
    const { estate, gaps } = await read(url, apiKey);
    expect(estate.all('litellm.deployment')).toEqual([]);
    expect(estate.all('litellm.proxy')[0]?.data.authentication).toBe('key');
    expect(gaps.length).toBeGreaterThan(0);
  }
});

test('the shapes of keys, teams and users are those of the proxy’s own description', async () => {
  const answer = await fetch(`${url}/openapi.json`, { headers: { authorization: `Bearer ${masterKey}` } });
  const schemas = at((await answer.json()) as unknown, 'components', 'schemas');
  const fields = (name: string) => Object.keys(record(at(schemas, name, 'properties')) ?? {});
  for (const [object, name] of [
    [key('a'), 'UserAPIKeyAuth'],
    [team('t'), 'TeamListItem'],
    [user('u'), 'LiteLLM_UserTableWithKeyCount'],
  ] as const) {
    const known = fields(name);
    expect(known.length).toBeGreaterThan(10);
    for (const field of Object.keys(object)) expect(known, `${name}.${field}`).toContain(field);
  }
  const granted = fields('LiteLLM_ObjectPermissionTable');
  for (const field of Object.keys(record(at(key('a'), 'object_permission')) ?? {})) expect(granted).toContain(field);
  for (const [list, wanted] of [
    ['KeyListResponseObject', ['keys', 'current_page', 'total_pages']],
    ['TeamListResponse', ['teams', 'page', 'total_pages']],
    ['UserListResponse', ['users', 'page', 'total_pages']],
  ] as const)
    for (const field of wanted) expect(fields(list)).toContain(field);
});
