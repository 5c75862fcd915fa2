/** Agents, their tools and what these hold, from files that the real connector reads: what leads where, and what does not. */
import type { AnyFact, FactTypes } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { type Project, readProject } from '../../../connectors/agents/testing/project.case.ts';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import agent from '../../nodes/agent/agent.ts';
import credential from '../../nodes/agent/agent-credential.ts';
import codeSource from '../../nodes/agent/code-source.ts';
import mcpServer from '../../nodes/agent/mcp-server.ts';
import modelEndpoint from '../../nodes/agent/model-endpoint.ts';
import prompt from '../../nodes/agent/prompt.ts';
import tool from '../../nodes/agent/tool.ts';
import { edgeRules } from '../index.ts';

const labels = new Set([
  ...['PROMPT_STEERS', 'REPOSITORY_PROMPTS', 'REPOSITORY_CONFIGURES_AGENT', 'AGENT_CALLS', 'TOOL_ACTS_WITH'],
  ...['MCP_SERVER_HOLDS', 'MCP_SERVER_SERVES', 'MCP_SERVER_STEERS', 'AGENT_HOLDS', 'AGENT_CREDENTIAL_OPENS'],
  ...['CREDENTIAL_FROM_SECRET', 'PACKAGE_RUNS', 'REPOSITORY_RELEASES_SERVER', 'AGENT_DELEGATES', 'MODEL_STEERS'],
  ...['PROCESS_BEHIND_ADDRESS', 'PROXY_BEHIND_ENDPOINT'],
]);
const rules = edgeRules.filter(({ label }) => labels.has(label));
const nodes = [agent, credential, codeSource, mcpServer, modelEndpoint, prompt, tool];
const home = 'github.com/acme/bot';

async function graphOf(project: Project, more: readonly AnyFact[] = []) {
  const { facts } = await readProject(project);
  return deriveGraph(estateOf([...facts, ...more], []), nodes, rules);
}
async function edgesOf(project: Project, label: string, more: readonly AnyFact[] = []): Promise<string[]> {
  const graph = await graphOf(project, more);
  return [...graph.liveEdges()]
    .filter(({ type }) => type === label)
    .map(({ from, to }) => `${from} -> ${to}`.replaceAll(home, '~').replaceAll('agent:', ''));
}
const mcp = (server: object, settings?: object): Project => ({
  '.mcp.json': { mcpServers: { s: server } },
  ...(settings === undefined ? {} : { '.claude/settings.json': settings }),
});
const fact = <K extends keyof FactTypes>(kind: K, id: string, data: object): AnyFact =>
  ({ id, kind, data, source: { connector: 'test', locator: 'test' } }) as unknown as AnyFact;
const user = (key: string, status = 'Active') =>
  fact('aws.user', 'aws:User/arn:aws:iam::123456789012:user/bot', {
    Arn: 'arn:aws:iam::123456789012:user/bot',
    UserName: 'bot',
    AccessKeys: [{ AccessKeyId: key, Status: status }],
  });
const key = 'AKIAIOSFODNN7EXAMPLE';
const withKey = mcp({ command: 'x', env: { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: 'abcdefghijklmnop' } });
const token = (sub: string) =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.c2ln`;
const server = 'McpServer/~/.mcp.json/s';
const cline = 'Agent/~/cline';

test.each<[string, Project, string[], AnyFact[]?]>([
  ['PROMPT_STEERS', { 'CLAUDE.md': 'x' }, ['PromptWrite/~/CLAUDE.md -> Agent/~/claude-code']],
  ['REPOSITORY_PROMPTS', { 'CLAUDE.md': 'x' }, ['git:Repository/~ -> PromptWrite/~/CLAUDE.md']],
  ['REPOSITORY_CONFIGURES_AGENT', mcp({ command: 'x' }), ['git:Repository/~ -> Agent/~/claude-code']],
  [
    'AGENT_CALLS',
    mcp({ command: 'x' }),
    [
      'Agent/~/claude-code -> Tool/~/.mcp.json/s/*',
      ...['Bash', 'Edit', 'WebFetch'].map((name) => `Agent/~/claude-code -> Tool/~/claude-code/${name}`),
    ],
  ],
  ['TOOL_ACTS_WITH', withKey, ['Tool/~/.mcp.json/s/* -> Credential/~/.mcp.json/s/AWS_SECRET_ACCESS_KEY']],
  ['MCP_SERVER_HOLDS', withKey, [`${server} -> Credential/~/.mcp.json/s/AWS_SECRET_ACCESS_KEY`]],
  ['MCP_SERVER_SERVES', withKey, [`${server} -> Tool/~/.mcp.json/s/*`]],
  ['MCP_SERVER_STEERS', withKey, [`${server} -> Agent/~/claude-code`]],
  [
    'AGENT_HOLDS',
    mcp({ command: 'x' }, { env: { API_KEY: 'abcdefgh' } }),
    ['Agent/~/claude-code -> Credential/~/claude-code/API_KEY'],
  ],
  [
    'AGENT_CREDENTIAL_OPENS',
    withKey,
    ['Credential/~/.mcp.json/s/AWS_SECRET_ACCESS_KEY -> aws:User/arn:aws:iam::123456789012:user/bot'],
    [user(key)],
  ],
  [
    'AGENT_CREDENTIAL_OPENS',
    mcp({ command: 'x', env: { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/bot' } }),
    ['Credential/~/.mcp.json/s/AWS_ROLE_ARN -> aws:Role/arn:aws:iam::123456789012:role/bot'],
  ],
  [
    'AGENT_CREDENTIAL_OPENS',
    mcp({ command: 'x', env: { KUBE_TOKEN: token('system:serviceaccount:ml:bot') } }),
    ['Credential/~/.mcp.json/s/KUBE_TOKEN -> kubernetes:ServiceAccount/ml/bot'],
  ],
  [
    'AGENT_CREDENTIAL_OPENS',
    mcp({ url: 'https://mcp.example.com', headers: { Authorization: 'Bearer abcdef' } }),
    ['Credential/~/.mcp.json/s/Authorization -> Tool/mcp.example.com/*'],
  ],
  ['PACKAGE_RUNS', mcp({ command: 'npx', args: ['-y', 'server@latest'] }), [`npm:Package/server -> ${server}`]],
  [
    'PACKAGE_RUNS',
    mcp({ command: 'docker', args: ['run', 'ghcr.io/acme/server:1'] }),
    [`oci:Repository/ghcr.io/acme/server -> ${server}`],
  ],
  [
    'PACKAGE_RUNS',
    mcp({ command: 'npx', args: ['github:Acme/Server'] }),
    [`git:Repository/github.com/acme/server -> ${server}`],
  ],
  [
    'MODEL_STEERS',
    { 'agents.yaml': 'a: {role: r, goal: g, llm: openai/gpt}\n' },
    ['ModelEndpoint/openai -> Agent/~/agents.yaml/a'],
  ],
  [
    'AGENT_DELEGATES',
    { 'agents.yaml': 'a: {role: r, goal: g, allow_delegation: true}\nb: {role: r, goal: g}\n' },
    ['Agent/~/agents.yaml/a -> Agent/~/agents.yaml/b'],
  ],
  [
    'REPOSITORY_RELEASES_SERVER',
    {
      'server.json': {
        name: 'io.github.acme/x',
        repository: { url: 'https://github.com/acme/x' },
        packages: [{ registryType: 'npm', identifier: '@acme/x' }],
      },
    },
    ['git:Repository/github.com/acme/x -> npm:Package/@acme/x'],
  ],
  [
    'CREDENTIAL_FROM_SECRET',
    {
      'k.yaml':
        'apiVersion: kagent.dev/v1alpha2\nkind: ModelConfig\nmetadata: {name: m, namespace: a}\nspec: {provider: OpenAI, apiKeySecret: k}\n',
    },
    ['kubernetes:Secret/a/k -> Credential/kagent/a/m/api-key'],
  ],
])('%s holds: %j', async (label, project, edges, more) => {
  const found = await edgesOf(project, label, more);
  expect(found.sort()).toEqual([...edges].sort());
});

test.each<[string, string, Project, AnyFact[]?]>([
  ['a pinned package', 'PACKAGE_RUNS', mcp({ command: 'npx', args: ['server@1.2.3'] })],
  ['a local script', 'PACKAGE_RUNS', mcp({ command: 'node', args: ['./server.js'] })],
  ['somebody else’s key', 'AGENT_CREDENTIAL_OPENS', withKey, [user('AKIAIOSFODNN7OTHERKE')]],
  ['a key that is switched off', 'AGENT_CREDENTIAL_OPENS', withKey, [user(key, 'Inactive')]],
  [
    'a token of an unknown kind',
    'AGENT_CREDENTIAL_OPENS',
    mcp({ command: 'x', env: { GITHUB_TOKEN: 'ghp_abcdefgh' } }),
  ],
  [
    'a token of somebody with a name alike',
    'AGENT_CREDENTIAL_OPENS',
    mcp({ command: 'x', env: { KUBE_TOKEN: token('serviceaccount:ml:bot') } }),
  ],
  [
    'a key id without its secret',
    'AGENT_CREDENTIAL_OPENS',
    mcp({ command: 'x', env: { AWS_ACCESS_KEY_ID: key } }),
    [user(key)],
  ],
  [
    'no shell',
    'AGENT_HOLDS',
    {
      'claude_desktop_config.json': {
        mcpServers: { s: { url: 'https://m.example.com', headers: { Authorization: 'Bearer abcdef' } } },
      },
    },
  ],
  [
    'a shell that is forbidden',
    'AGENT_HOLDS',
    mcp({ command: 'x' }, { env: { API_KEY: 'abcdefgh' }, permissions: { deny: ['Bash'] } }),
  ],
  ['no repository', 'REPOSITORY_CONFIGURES_AGENT', { ...mcp({ command: 'x' }), '.git/config': '[core]\n' }],
  [
    'a checkout of a local path',
    'REPOSITORY_PROMPTS',
    { 'CLAUDE.md': 'x', '.git/config': '[remote "origin"]\n\turl = /srv/git/x\n' },
  ],
  [
    'an agent that nobody knows',
    'AGENT_DELEGATES',
    { 'team.json': { provider: 'p', component_type: 'agent', config: { name: 'a', handoffs: ['nobody'] } } },
  ],
  ['a crew without delegation', 'AGENT_DELEGATES', { 'agents.yaml': 'a: {role: r, goal: g}\nb: {role: r, goal: g}\n' }],
  ['a secret from a variable', 'CREDENTIAL_FROM_SECRET', mcp({ command: 'x', env: { TOKEN: `\${TOKEN}` } })],
  [
    'a forbidden server',
    'AGENT_CALLS',
    { ...mcp({ command: 'x' }, { permissions: { deny: ['mcp__s', 'Bash', 'Edit', 'WebFetch'] } }) },
  ],
])('no edge: %s (%s)', async (_, label, project, more) => expect(await edgesOf(project, label, more)).toEqual([]));

test('tools that a server listed stand for themselves; each is called as the client’s file lets it', async () => {
  const { facts } = await readProject({
    'cline_mcp_settings.json': {
      mcpServers: { s: { url: 'https://m.example.com', autoApprove: ['read'], disabledTools: ['gone'] } },
    },
  });
  const of = 'agent:McpServer/m.example.com';
  const tools = ['read', 'drop', 'gone'].map((name) =>
    fact('agent.tool', `agent:Tool/m.example.com/${name}`, { server: of, name, readOnly: name === 'read' }),
  );
  const graph = deriveGraph(estateOf([...facts, ...tools], []), nodes, rules);
  const calls = [...graph.liveEdges()].filter(({ type }) => type === 'AGENT_CALLS');
  expect(calls.map(({ to, note }) => `${to} ${note}`).sort()).toEqual([
    'agent:Tool/m.example.com/drop a person is asked',
    'agent:Tool/m.example.com/read runs without asking',
  ]);
  expect(calls.every(({ from }) => from === `agent:${cline.replace('~', home)}`)).toBe(true);
});

test('a token that is written down is static, one that is fetched says nothing', async () => {
  const graph = await graphOf(mcp({ command: 'x', env: { A_TOKEN: 'abcdefgh', B_TOKEN: `\${B_TOKEN}` } }));
  const tenures = graph.nodes
    .filter(({ kind }) => kind === 'Credential')
    .map(({ name, tenure }) => [name, tenure?.lifetime]);
  expect(tenures).toEqual([
    ['A_TOKEN', 'static'],
    ['B_TOKEN', undefined],
  ]);
});

test('what answers at an address of the cluster, and what stands before a model', async () => {
  const world = [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ml', labels: { app: 'llm' } },
      spec: { containers: [{ name: 'main', image: 'x' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'llm', namespace: 'ml' },
      spec: { selector: { app: 'llm' }, ports: [{ port: 4000 }] },
    },
  ].flatMap((object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts);
  const list = (base: string) => ({ OAI_CONFIG_LIST: [{ model: 'm', base_url: base }] });
  const proxy = fact('litellm.proxy', 'litellm:Proxy/llm.ml.svc:4000', { server: 'llm.ml.svc:4000' });
  const inside = 'http://llm.ml.svc.cluster.local:4000/v1';
  expect(await edgesOf(list(inside), 'PROCESS_BEHIND_ADDRESS', world)).toEqual([
    'kubernetes:Container/ml/p/main -> ModelEndpoint/llm.ml.svc:4000/v1',
  ]);
  expect(await edgesOf(list(inside), 'PROXY_BEHIND_ENDPOINT', [proxy])).toEqual([
    'litellm:Proxy/llm.ml.svc:4000 -> ModelEndpoint/llm.ml.svc:4000/v1',
  ]);
  for (const other of ['http://llm.ml.svc.cluster.local:4001/v1', 'http://llm.other.svc:4000', 'http://llm:4000'])
    for (const label of ['PROCESS_BEHIND_ADDRESS', 'PROXY_BEHIND_ENDPOINT'])
      expect(await edgesOf(list(other), label, [...world, proxy])).toEqual([]);
});
