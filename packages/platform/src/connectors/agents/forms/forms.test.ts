/** One small file of each form, and what is understood of it. Ids are below the checkout `github.com/acme/bot`. */
import type { AnyFact, FactTypes } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { type Project, readProject } from '../testing/project.case.ts';

type Agent = FactTypes['agent.agent'];
const home = 'github.com/acme/bot';

async function read(project: Project) {
  const { facts, gaps } = await readProject(project);
  const of = (kind: string) => facts.filter((fact) => fact.kind === kind);
  const agent = (name: string) => of('agent.agent').find(({ data }) => (data as Agent).name === name)?.data as Agent;
  return { ids: facts.map(({ id }) => id), agent, of, gaps };
}
const servers = { files: { command: 'npx', args: ['-y', 'files'] } };

describe('MCP clients', () => {
  test.each([
    ['.mcp.json', { mcpServers: servers }, 'claude-code'],
    ['.cursor/mcp.json', { mcpServers: servers }, 'cursor'],
    ['.vscode/mcp.json', { servers }, 'vscode'],
    [
      '.vscode/settings.json',
      '{\n // mine\n "mcp": {"servers": {"files": {"command": "npx", "args": ["-y", "files"],},},},\n}',
      'vscode',
    ],
    ['claude_desktop_config.json', { mcpServers: servers }, 'claude-desktop'],
    ['mcp_config.json', { mcpServers: servers }, 'windsurf'],
    ['.zed/settings.json', { context_servers: { files: { command: { path: 'npx', args: ['-y', 'files'] } } } }, 'zed'],
    ['.gemini/settings.json', { mcpServers: servers }, 'gemini-cli'],
    ['.kiro/settings/mcp.json', { mcpServers: servers }, 'kiro'],
    ['.claude.json', { projects: { '/x': { mcpServers: servers } } }, 'claude-code'],
    ['somewhere.json', { mcpServers: servers }, 'mcp-client'],
  ])('%s', async (path, content, product) => {
    const { agent, of } = await read({ [path]: content });
    expect(agent(product)).toMatchObject({ framework: product, file: path, repository: 'git@github.com:acme/bot.git' });
    expect(agent(product).servers).toHaveLength(1);
    expect(of('agent.mcp-server').map(({ data }) => data)).toMatchObject([
      { name: 'files', transport: 'stdio', launch: { command: 'npx', package: { name: 'files', pinned: false } } },
    ]);
  });

  test('disabled servers are none; what runs without asking is told from what asks', async () => {
    const { agent } = await read({
      'cline_mcp_settings.json': {
        mcpServers: {
          off: { command: 'x', disabled: true },
          some: { command: 'x', autoApprove: ['read'] },
          all: { command: 'x', alwaysAllow: ['*'] },
          none: { url: 'https://mcp.example.com' },
        },
      },
    });
    expect(
      agent('cline').servers.map(({ server, approval, automatic }) => [
        server.replace(/^.*\//, ''),
        approval,
        automatic,
      ]),
    ).toEqual([
      ['some', 'asked', ['read']],
      ['all', 'automatic', []],
      ['mcp.example.com', 'asked', []],
    ]);
  });

  test('a server with an address is one server for all its clients, each with a credential of its own', async () => {
    const server = { url: 'https://mcp.example.com/v1', headers: { Authorization: 'Bearer abcdef' } };
    const { agent, of } = await read({
      '.mcp.json': { mcpServers: { a: server } },
      '.cursor/mcp.json': { mcpServers: { b: server } },
    });
    expect(of('agent.mcp-server').map(({ id }) => id)).toEqual(['agent:McpServer/mcp.example.com/v1']);
    expect(agent('claude-code').credentials).toEqual([`agent:Credential/${home}/.mcp.json/a/Authorization`]);
    expect(agent('cursor').credentials).toEqual([`agent:Credential/${home}/.cursor/mcp.json/b/Authorization`]);
  });
});

describe('Claude Code', () => {
  test('what is allowed in one file counts for the servers of another', async () => {
    const { agent } = await read({
      '.mcp.json': { mcpServers: { open: { command: 'a' }, some: { command: 'b' }, shut: { command: 'c' } } },
      '.claude/settings.json': {
        permissions: { allow: ['mcp__open', 'Bash(npm test)', 'mcp__some__read'], deny: ['mcp__shut', 'WebFetch'] },
      },
      '.claude/settings.local.json': { permissions: { defaultMode: 'acceptEdits' } },
    });
    const claude = agent('claude-code');
    expect(claude.servers.map(({ approval, automatic }) => [approval, automatic])).toEqual([
      ['automatic', []],
      ['asked', ['read']],
    ]);
    expect(claude.tools).toEqual([
      { name: 'Bash', does: 'shell', approval: 'asked' },
      { name: 'Edit', does: 'files', approval: 'automatic' },
    ]);
  });

  test('bypassing asks nothing; sub-agents are agents', async () => {
    const { agent } = await read({
      '.claude/settings.json': { permissions: { defaultMode: 'bypassPermissions' } },
      '.claude/agents/reviewer.md': '---\nname: reviewer\ntools: Read, Bash\nmodel: opus\n---\nReview.\n',
    });
    expect(agent('claude-code').tools.every(({ approval }) => approval === 'automatic')).toBe(true);
    expect(agent('claude-code').delegates).toEqual([`agent:Agent/${home}/.claude/agents/reviewer.md/reviewer`]);
    expect(agent('reviewer')).toMatchObject({ tools: [{ name: 'Bash' }], models: [{ model: 'opus' }] });
  });

  test('hooks keep the program and not its arguments', async () => {
    const command = '/opt/bin/notify --key abc123';
    const { agent } = await read({
      '.claude/settings.json': { hooks: { PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command }] }] } },
    });
    expect(agent('claude-code').hooks).toEqual([{ event: 'PreToolUse', program: 'notify' }]);
  });
});

test('prompt files go to who reads them, from the nearest folder', async () => {
  const { agent, ids } = await read({
    '.cursor/mcp.json': { mcpServers: servers },
    'AGENTS.md': 'x',
    'CLAUDE.md': 'x',
    'deep/down/CLAUDE.md': 'x',
    'README.md': 'x',
  });
  expect(agent('cursor').prompts).toEqual([`agent:Prompt/${home}/AGENTS.md`]);
  expect(agent('claude-code').prompts).toEqual([
    `agent:Prompt/${home}/CLAUDE.md`,
    `agent:Prompt/${home}/deep/down/CLAUDE.md`,
  ]);
  expect(ids.some((id) => id.includes('README'))).toBe(false);
});

test('OpenAI: assistants and agents with typed tools', async () => {
  const { agent, of } = await read({
    'assistant.json': {
      id: 'asst_abcdefgh12345678',
      object: 'assistant',
      name: 'Helper',
      model: 'gpt-4o',
      instructions: 'Help.',
      tools: [
        { type: 'code_interpreter' },
        { type: 'file_search' },
        { type: 'function', function: { name: 'refund' } },
      ],
      tool_resources: { file_search: { vector_store_ids: ['vs_1'] } },
    },
    'agent.json': {
      name: 'buyer',
      model: 'gpt-5',
      instructions: 'Buy.',
      tools: [
        {
          type: 'mcp',
          server_label: 'shop',
          server_url: 'https://shop.example.com/mcp',
          require_approval: 'never',
          authorization: 'abcdef',
        },
      ],
    },
  });
  expect(of('agent.agent').map(({ id }) => id)).toContain('agent:Agent/openai/asst_abcdefgh12345678');
  expect(agent('Helper')).toMatchObject({
    retrieves: ['openai:vs_1'],
    models: [{ endpoint: 'agent:ModelEndpoint/openai', model: 'gpt-4o' }],
  });
  expect(agent('Helper').tools.map(({ name, does }) => `${name} ${does}`)).toEqual([
    'code_interpreter code',
    'file_search retrieval',
    'refund function',
  ]);
  expect(agent('buyer')).toMatchObject({
    servers: [{ server: 'agent:McpServer/shop.example.com/mcp', approval: 'automatic' }],
    credentials: [`agent:Credential/${home}/agent.json/shop/authorization`],
  });
});

test('LangGraph, CrewAI, AutoGen', async () => {
  const { agent, of } = await read({
    'langgraph.json': {
      dependencies: ['.'],
      graphs: { chat: './chat.py:graph' },
      env: './.env',
      store: { index: { embed: 'openai:text-embedding-3-small' } },
    },
    'config/agents.yaml':
      'writer:\n  role: Writer\n  goal: Write\n  backstory: b\n  llm: anthropic/claude-x\n  allow_delegation: true\nreader:\n  role: Reader\n  goal: Read\n  backstory: b\n  allow_code_execution: true\n',
    'team.json': {
      provider: 'autogen_agentchat.teams.RoundRobinGroupChat',
      component_type: 'team',
      config: {
        participants: [
          {
            provider: 'autogen_agentchat.agents.AssistantAgent',
            component_type: 'agent',
            config: {
              name: 'planner',
              system_message: 'Plan.',
              model_client: {
                provider: 'autogen_ext.models.openai.OpenAIChatCompletionClient',
                config: { model: 'gpt-4o', api_key: 'sk-abcdefgh' },
              },
              tools: [
                { provider: 'autogen_ext.tools.code_execution.PythonCodeExecutionTool', config: { name: 'run' } },
              ],
              workbench: {
                provider: 'autogen_ext.tools.mcp.McpWorkbench',
                config: { server_params: { type: 'StdioServerParams', command: 'uvx', args: ['fetch'] } },
              },
              handoffs: ['doer'],
            },
          },
        ],
      },
    },
    OAI_CONFIG_LIST: [{ model: 'local', base_url: 'http://llm.ml.svc.cluster.local:8000/v1', api_key: 'abcdefgh' }],
  });
  expect(agent('chat')).toMatchObject({
    framework: 'langgraph',
    credentials: [`agent:Credential/${home}/langgraph.json/chat/./.env`],
  });
  expect(agent('writer')).toMatchObject({
    framework: 'crewai',
    models: [{ endpoint: 'agent:ModelEndpoint/anthropic', model: 'claude-x' }],
    delegates: [`agent:Agent/${home}/config/agents.yaml/reader`],
  });
  expect(agent('reader').tools).toMatchObject([{ does: 'code' }]);
  expect(agent('planner')).toMatchObject({
    framework: 'autogen',
    models: [{ endpoint: 'agent:ModelEndpoint/openai', model: 'gpt-4o' }],
    tools: [{ name: 'run', does: 'code' }],
    credentials: [`agent:Credential/${home}/team.json/planner/api_key`],
    delegates: [`agent:Agent/${home}/team.json/doer`],
  });
  expect(agent('planner').servers).toHaveLength(1);
  expect(agent('autogen').models).toEqual([{ endpoint: 'agent:ModelEndpoint/llm.ml.svc:8000/v1', model: 'local' }]);
  expect(of('agent.credential').filter(({ data }) => (data as FactTypes['agent.credential']).inFile)).toHaveLength(2);
});

test('A2A cards, registry manifests, OpenAPI tools, kagent', async () => {
  const { agent, of, ids } = await read({
    '.well-known/agent-card.json': {
      name: 'Travel',
      url: 'https://travel.example.com/a2a',
      protocolVersion: '0.3.0',
      capabilities: {},
      skills: [{ id: 'book', name: 'Book' }],
      provider: { organization: 'Acme' },
    },
    'server.json': {
      name: 'io.github.acme/weather',
      version: '1.0.0',
      repository: { url: 'https://github.com/acme/weather', source: 'github' },
      packages: [
        {
          registryType: 'npm',
          identifier: '@acme/weather',
          version: '1.0.0',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'WEATHER_KEY', isSecret: true }],
        },
      ],
    },
    'tools/openapi.yaml':
      'openapi: 3.1.0\ninfo: {title: Shop}\nservers: [{url: https://shop.example.com}]\npaths:\n  /orders:\n    get: {operationId: list, summary: List}\n    delete: {operationId: drop}\n    parameters: []\ncomponents: {securitySchemes: {key: {type: apiKey}}}\n',
    'docs/openapi.yaml': 'openapi: 3.1.0\ninfo: {title: Own}\npaths: {/x: {get: {}}}\n',
    'kagent.yaml': `apiVersion: kagent.dev/v1alpha2
kind: Agent
metadata: {name: ops, namespace: kagent}
spec: {declarative: {modelConfig: gpt, systemMessage: x, tools: [{type: McpServer, mcpServer: {name: kube, toolNames: [get]}}, {type: Agent, agent: {name: helper}}]}}
---
apiVersion: kagent.dev/v1alpha2
kind: ModelConfig
metadata: {name: gpt, namespace: kagent}
spec: {provider: OpenAI, model: gpt-4o, apiKeySecret: openai, apiKeySecretKey: key}
---
apiVersion: kagent.dev/v1alpha2
kind: RemoteMCPServer
metadata: {name: kube, namespace: kagent}
spec: {url: http://kube.kagent.svc.cluster.local:8080/mcp, headersFrom: [{name: Authorization, valueFrom: {type: Secret, name: token, key: t}}]}
`,
  });
  expect(agent('Travel')).toMatchObject({ framework: 'a2a', address: 'https://travel.example.com/a2a', owner: 'Acme' });
  expect(ids).toContain('agent:Agent/travel.example.com/a2a');
  const manifest = of('agent.mcp-server').find(
    ({ data }) => (data as { name: string }).name === 'io.github.acme/weather',
  ) as AnyFact;
  expect(manifest.data).toMatchObject({
    repository: 'https://github.com/acme/weather',
    launch: { package: { name: '@acme/weather', pinned: true } },
  });
  expect(of('agent.tool').map(({ data }) => data)).toMatchObject([
    { name: 'drop', readOnly: false, destructive: true },
    { name: 'list', readOnly: true, destructive: false },
  ]);
  expect(agent('ops')).toMatchObject({
    models: [{ endpoint: 'agent:ModelEndpoint/kagent/kagent/gpt' }],
    servers: [{ server: 'agent:McpServer/kagent/kagent/kube', approval: 'automatic', only: ['get'] }],
    delegates: ['agent:Agent/kagent/kagent/helper'],
  });
  expect(of('agent.credential').map(({ data }) => (data as { from?: string }).from)).toEqual(
    expect.arrayContaining(['kubernetes:Secret/kagent/openai', 'kubernetes:Secret/kagent/token', 'env:WEATHER_KEY']),
  );
});

test('a kubeconfig in the project says whom a server is to Kubernetes', async () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"system:serviceaccount:ml:bot"}').toString('base64url')}.c2ln`;
  const kubeconfig = {
    kind: 'Config',
    'current-context': 'dev',
    contexts: [
      { name: 'dev', context: { user: 'a' } },
      { name: 'prod', context: { user: 'b' } },
    ],
    users: [
      { name: 'a', user: { token } },
      {
        name: 'b',
        user: {
          exec: { command: 'aws', args: ['eks', 'get-token', '--role-arn', 'arn:aws:iam::123456789012:role/ops'] },
        },
      },
    ],
  };
  const project = (server: object) => ({
    'deploy/kubeconfig': JSON.stringify(kubeconfig),
    '.mcp.json': { mcpServers: { k: { command: 'kube-mcp', ...server } } },
  });
  const marks = async (server: object) =>
    (await read(project(server)))
      .of('agent.credential')
      .map(({ data }) => (data as FactTypes['agent.credential']).marks[0]);
  expect(await marks({ env: { KUBECONFIG: './deploy/kubeconfig' } })).toEqual([
    { mark: 'kubernetes-service-account', value: 'ml/bot' },
  ]);
  expect(await marks({ args: ['--kubeconfig=deploy/kubeconfig', '--context', 'prod'] })).toEqual([
    { mark: 'aws-role', value: 'arn:aws:iam::123456789012:role/ops' },
  ]);
  for (const path of ['/deploy/kubeconfig', '../deploy/kubeconfig', 'kubeconfig', '~/deploy/kubeconfig'])
    expect(await marks({ env: { KUBECONFIG: path } })).toEqual([]);
  expect(await marks({ args: ['--kubeconfig=deploy/kubeconfig', '--context', 'nothing'] })).toEqual([]);
});

test.each<[string, Project]>([
  ['a package manifest', { 'package.json': { name: 'x', dependencies: {} } }],
  ['agents that are none', { 'agents.yaml': 'linux: {host: a}\n' }],
  ['servers of something else', { 'servers.json': { servers: [{ url: 'http://x' }] } }],
  ['a server of another product', { 'server.json': { name: 'x', port: 1 } }],
  ['a model card', { 'model.json': { model: 'gpt', license: 'mit' } }],
  [
    'a team of people',
    { 'team.json': { provider: 'x', component_type: 'team', config: { participants: ['a', 1, null] } } },
  ],
  ['a file in node_modules', { 'node_modules/x/.mcp.json': { mcpServers: servers } }],
])('near miss: %s', async (_, project) => expect((await read(project)).ids).toEqual([]));

test.each<[string, Project, string | undefined]>([
  [
    'wrong types everywhere',
    { '.mcp.json': { mcpServers: { a: 1, b: [], c: { command: 5, args: 'x', env: [], url: {} } } } },
    undefined,
  ],
  [
    'a server called __proto__',
    { '.mcp.json': '{"mcpServers": {"__proto__": {"command": "x"}, "constructor": {"command": "y"}}}' },
    undefined,
  ],
  [
    'a name with control characters',
    { '.mcp.json': '{"mcpServers": {"a\\u001b[31m": {"command": "x"}}}' },
    'FB-OBJECT-INVALID',
  ],
  ['deep nesting', { '.mcp.json': `{"mcpServers": ${'['.repeat(5000)}${']'.repeat(5000)}, // x\n}` }, 'FB-YAML-BOMB'],
  [
    'a file of 5 MB',
    { '.mcp.json': `{"mcpServers": {"a": {"command": "${'x'.repeat(5 << 20)}"}}}` },
    'FB-FILE-TOO-LARGE',
  ],
  [
    'an alias bomb',
    {
      'agents.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n`,
    },
    'FB-YAML-BOMB',
  ],
  [
    'ten thousand servers',
    {
      '.mcp.json': {
        mcpServers: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`s${at}`, { command: 'x' }])),
      },
    },
    'FB-FILE-TOO-LARGE',
  ],
])('hostile: %s', async (_, project, code) => {
  const { gaps } = await read(project);
  if (code !== undefined) expect(gaps.map((gap) => gap.code)).toContain(code);
});
