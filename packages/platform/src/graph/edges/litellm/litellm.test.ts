/** From a key to what it may call, whose credential is used for it, and what stands behind the address. */
import { type AnyFact, type FactKind, factSchemas, litellmId } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const server = 'llm.example';
const at = (kind: Parameters<typeof litellmId>[0], name?: string) => litellmId(kind, server, name);

function fact(kind: FactKind, id: string, data: object): AnyFact {
  return {
    id,
    kind,
    data: factSchemas[kind].parse({ server, ...data }),
    source: { connector: 'litellm', locator: 'test' },
  } as AnyFact;
}
const nothing = { mcp: {}, budget: {}, blocked: false };
const proxy = (data: object = {}) =>
  fact('litellm.proxy', at('Proxy'), { authentication: 'key', database: 'connected', ...data });
const deployment = (model: string, data: object = {}) =>
  fact('litellm.deployment', at('Deployment', `${model}/1`), {
    model,
    deployment: '1',
    credential: { kind: 'untold', names: [] },
    ...data,
  });
const key = (data: object = {}) => fact('litellm.key', at('Key', 'k'), { token: 'k', ...nothing, ...data });
const team = (data: object = {}) => fact('litellm.team', at('Team', 't'), { team: 't', ...nothing, ...data });
const user = (role: string) => fact('litellm.user', at('User', 'u'), { user: 'u', role, budget: {} });
const mcp = (name: string, data: object = {}) =>
  fact('litellm.mcp-server', at('McpServer', name), { id: `id-${name}`, name, allKeys: false, ...data });

function edges(label: string, facts: readonly AnyFact[]): readonly string[] {
  const estate = estateOf(facts, []);
  const rules = edgeRules.filter((rule) => rule.label === label);
  expect(rules).toHaveLength(1);
  const graph = deriveGraph(estate, nodeRules, rules);
  const made = new Set(nodeRules.flatMap((rule) => [...rule.derive(estate)].map(({ id }) => id)));
  return [...graph.liveEdges()]
    .filter(({ type }) => type === label)
    .map(({ from, to, facts: cited }) => {
      for (const end of [from, to]) expect(made, end).toContain(end);
      expect(cited.length).toBeGreaterThan(0);
      return `${from} -> ${to}`;
    });
}

describe('KEY_MODEL', () => {
  const models = [deployment('gpt', { accessGroups: ['prod'] }), deployment('local'), deployment('openai/mini')];
  const called = (facts: readonly AnyFact[]) =>
    edges('KEY_MODEL', [...models, ...facts]).map((edge) => edge.split('litellm:Model/llm.example/')[1]);
  const all = ['gpt', 'local', 'openai/mini'];
  test.each<[string, readonly AnyFact[], readonly string[]]>([
    ['an empty list is all', [key()], all],
    ['by name', [key({ models: ['local', 'gone'] })], ['local']],
    ['by access group', [key({ models: ['prod'] })], ['gpt']],
    ['by pattern', [key({ models: ['openai/*'] })], ['openai/mini']],
    ['a pattern is anchored', [key({ models: ['ai/*'] })], []],
    ['everything said so', [key({ models: ['all-proxy-models'] })], all],
    ['nothing said so', [key({ models: ['no-default-models'] })], []],
    ['the team bounds the key', [key({ team: 't' }), team({ models: ['gpt'] })], ['gpt']],
    ['both bound', [key({ team: 't', models: ['gpt', 'local'] }), team({ models: ['local'] })], ['local']],
    ['a team that was not read leaves an open key undecided', [key({ team: 'other' }), team()], []],
    ['a blocked key', [key({ blocked: true })], []],
    ['a key of a blocked team', [key({ team: 't' }), team({ blocked: true })], []],
  ])('%s', (_, facts, expected) => expect([...called(facts)].sort()).toEqual([...expected].sort()));
  test('near miss: a model of another proxy', () => {
    const other = fact('litellm.deployment', 'litellm:Deployment/other.example/gpt/1', {
      server: 'other.example',
      model: 'gpt',
      deployment: '1',
      credential: { kind: 'untold', names: [] },
    });
    expect(edges('KEY_MODEL', [other, key()])).toEqual([]);
  });
});

describe('tools', () => {
  const tracker = mcp('tracker', { groups: ['prod'], tools: ['search'] });
  const granted = (grant: object) => key({ mcp: grant });
  test.each<[string, AnyFact, readonly string[]]>([
    ['by name', granted({ servers: ['tracker'] }), [at('McpServer', 'tracker')]],
    ['by id', granted({ servers: ['id-tracker'] }), [at('McpServer', 'tracker')]],
    ['by group', granted({ groups: ['prod'] }), [at('McpServer', 'tracker')]],
    ['held to a tool', granted({ tools: { 'id-tracker': ['close'] } }), [at('Tool', 'tracker/close')]],
    ['nothing', granted({}), []],
    ['another server', granted({ servers: ['files'] }), []],
  ])('%s', (_, holder, expected) =>
    expect(edges('KEY_MCP', [tracker, holder]).map((edge) => edge.split(' -> ')[1])).toEqual(expected),
  );
  test('by the team, and by everybody', () => {
    const ofTeam = [key({ team: 't' }), team({ mcp: { servers: ['tracker'] } })];
    expect(edges('KEY_MCP', [tracker, ...ofTeam])).toHaveLength(1);
    expect(edges('KEY_MCP', [mcp('tracker', { allKeys: true }), key()])).toHaveLength(1);
    expect(edges('KEY_MCP', [mcp('tracker', { allKeys: true }), key({ blocked: true })])).toEqual([]);
  });
  test('a server has the tools that are named', () =>
    expect(edges('MCP_TOOL', [tracker])).toEqual([`${at('McpServer', 'tracker')} -> ${at('Tool', 'tracker/search')}`]));
});

describe('credentials of providers', () => {
  test.each([
    [{ kind: 'environment', names: ['OPENAI_API_KEY'] }, 'env:OPENAI_API_KEY'],
    [{ kind: 'stored', names: ['bedrock'] }, 'bedrock'],
    [{ kind: 'inline', names: [] }, 'gpt/1'],
  ])('%j', (credential, name) =>
    expect(edges('MODEL_CREDENTIAL', [deployment('gpt', { credential })])).toEqual([
      `${at('Model', 'gpt')} -> ${at('Credential', name)}`,
    ]),
  );
  test('near miss: a credential that is not told', () =>
    expect(edges('MODEL_CREDENTIAL', [deployment('gpt')])).toEqual([]));
  test('a fallback lends its own', () => {
    const models = [deployment('gpt'), deployment('claude')];
    const falls = (fallbacks: object) => edges('MODEL_FALLBACK', [...models, proxy({ fallbacks })]);
    expect(falls([{ model: 'gpt', to: ['claude', 'gone'] }])).toEqual([
      `${at('Model', 'gpt')} -> ${at('Model', 'claude')}`,
    ]);
    expect(falls([{ model: '*', to: ['claude'] }])).toEqual([`${at('Model', 'gpt')} -> ${at('Model', 'claude')}`]);
    expect(falls([{ model: 'gone', to: ['claude'] }])).toEqual([]);
  });
});

describe('administration', () => {
  test('the master key, or anybody where there is none', () => {
    expect(edges('MASTER_KEY', [proxy()])).toEqual([`${at('MasterKey')} -> ${at('Proxy')}`]);
    expect(edges('MASTER_KEY', [proxy({ authentication: 'none' })])).toEqual([`${at('Anonymous')} -> ${at('Proxy')}`]);
    expect(edges('MASTER_KEY', [proxy({ authentication: 'unknown' })])).toEqual([]);
  });
  test('a key of an administrator, unless it is held to routes', () => {
    expect(edges('ADMIN_KEY', [proxy(), key({ user: 'u' }), user('proxy_admin')])).toEqual([
      `${at('Key', 'k')} -> ${at('Proxy')}`,
    ]);
    for (const facts of [
      [proxy(), key({ user: 'u', routes: ['/chat/completions'] }), user('proxy_admin')],
      [proxy(), key({ user: 'u' }), user('internal_user')],
      [proxy(), key(), user('proxy_admin')],
      [proxy(), key({ user: 'u', blocked: true }), user('proxy_admin')],
    ])
      expect(edges('ADMIN_KEY', facts)).toEqual([]);
    expect(edges('PROXY_ADMIN', [proxy(), user('proxy_admin')])).toEqual([`${at('User', 'u')} -> ${at('Proxy')}`]);
    expect(edges('PROXY_ADMIN', [proxy(), user('proxy_admin_viewer')])).toEqual([]);
  });
  test('an owner has the keys', () =>
    expect(edges('KEY_OWNER', [key({ user: 'u', team: 't' }), user('internal_user'), team()])).toEqual([
      `${at('Team', 't')} -> ${at('Key', 'k')}`,
      `${at('User', 'u')} -> ${at('Key', 'k')}`,
    ]));
  test('the proxy has everything behind it', () => {
    const facts = [proxy(), deployment('gpt', { credential: { kind: 'stored', names: ['c'] } }), mcp('tracker')];
    expect(edges('PROXY_CONTROL', facts)).toEqual([
      `${at('Proxy')} -> ${at('Credential', 'c')}`,
      `${at('Proxy')} -> ${at('McpServer', 'tracker')}`,
      `${at('Proxy')} -> ${at('Model', 'gpt')}`,
    ]);
  });
});

describe('in a cluster', () => {
  const objects = (...list: readonly object[]) =>
    list.flatMap((object) => normalise(object as never, { locator: 'test' }).facts);
  const pod = (name: string, env: readonly object[] = []) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ml', labels: { app: name } },
    spec: { containers: [{ name: 'main', image: 'x', env, ports: [{ containerPort: 8000 }] }] },
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'llm', namespace: 'ml' },
    spec: { selector: { app: 'vllm' }, ports: [{ port: 8000 }] },
  };
  const cluster = objects(pod('vllm'), service);
  test('the address of a model is a service', () => {
    for (const apiBase of ['http://llm.ml.svc:8000/v1', 'http://llm.ml.svc.cluster.local:8000'])
      expect(edges('MODEL_ADDRESS', [...cluster, deployment('local', { apiBase })])).toEqual([
        `${at('Model', 'local')} -> kubernetes:Endpoint/ml/llm/service/8000-TCP`,
      ]);
  });
  test.each(['http://llm.other.svc:8000', 'http://llm.ml.svc:9000', 'http://llm:8000', 'https://llm.ml.example:8000'])(
    'near miss: %s',
    (apiBase) => expect(edges('MODEL_ADDRESS', [...cluster, deployment('local', { apiBase })])).toEqual([]),
  );
  test('a workload that names a proxy without a key is anybody', () => {
    const client = objects(pod('agent', [{ name: 'OPENAI_BASE_URL', value: 'https://llm.example/v1' }]));
    expect(edges('PROXY_USE', [...client, proxy({ authentication: 'none' })])).toEqual([
      `kubernetes:Container/ml/agent/main -> ${at('Anonymous')}`,
    ]);
    expect(edges('PROXY_USE', [...client, proxy()])).toEqual([]);
  });
});

test('a key shows its age, its end and its use', () => {
  const shown = (data: object) => {
    const estate = estateOf([key(data)], []);
    const graph = deriveGraph(estate, nodeRules, []);
    return graph.nodeAt(graph.resolve(at('Key', 'k')));
  };
  const created = '2026-01-01T00:00:00Z';
  expect(shown({ created, expires: '2026-02-01T00:00:00Z', lastUsed: '2026-01-09T00:00:00Z' }).tenure).toEqual({
    lifetime: 'short-lived',
    access: 'standing',
    created,
    expires: '2026-02-01T00:00:00Z',
    lastUsed: '2026-01-09T00:00:00Z',
  });
  expect(shown({ created, expires: '2036-01-01T00:00:00Z' }).tenure).toMatchObject({ lifetime: 'static' });
  expect(shown({ budget: { max: 10, spent: 0, period: '30d' } })).toMatchObject({
    tenure: { lifetime: 'static', lastUsed: 'never' },
    detail: { budget: 10, spent: 0, budgetPeriod: '30d' },
  });
  expect(shown({ budget: { spent: 3 } }).tenure).not.toHaveProperty('lastUsed');
});
