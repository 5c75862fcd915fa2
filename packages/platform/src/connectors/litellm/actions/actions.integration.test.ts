/**
 * The levers on the LiteLLM proxy itself, with a database: with the cases of the suite, and with what only the real one can show, that an
 * attacker's own requests are answered before, refused after, and answered again after undo. The attacker is a plain HTTP client with a
 * stolen key, and an MCP client of the official SDK.
 */
import { createHash } from 'node:crypto';
import { type Lever, litellmId } from '@firebreak/contract';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leverSuite } from '../../../exchange/testing/lever-suite.case.ts';
import { collectSession } from '../../../facts/collect.ts';
import type { GraphEdge } from '../../../graph/attack-graph.ts';
import { deriveGraph } from '../../../graph/derive-graph.ts';
import { edgeRules } from '../../../graph/edges/index.ts';
import { nodeRules } from '../../../graph/nodes/index.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import litellm from '../index.ts';
import type { LitellmSession, ProxySession } from '../session.ts';
import { startModels, startTools, type Upstream } from './cases/upstream.case.ts';
import { cases, model, safe, stateOf, team, tracker, type World, watch } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_URL ?? '';
const masterKey = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_KEY ?? '';
let models: Upstream;
let tools: Upstream;
let session: ProxySession;

async function admin(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

beforeAll(async () => {
  models = await startModels();
  tools = await startTools();
  vi.stubEnv('LITELLM_API_KEY', masterKey);
  const opened = await litellm.connect(litellm.parse(url), signal);
  if (opened.kind === 'file') throw new Error('it is no file');
  session = opened;
  await clear();
  const deployments = [
    [model, 'a1'],
    [model, 'a2'],
    [safe, 's1'],
  ] as const;
  for (const [name, id] of deployments)
    await admin('POST', '/model/new', {
      model_name: name,
      litellm_params: { model: `openai/${name}`, api_base: `${models.url}/v1`, api_key: 'sk-of-the-provider' },
      model_info: { id },
    });
  await admin('POST', '/team/new', { team_id: team });
  await admin('POST', '/v1/mcp/server', {
    server_id: tracker.id,
    server_name: tracker.name,
    url: tools.url,
    transport: 'http',
    allow_all_keys: true,
  });
});

/** What an earlier run on the same proxy left. */
async function clear(): Promise<void> {
  const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };
  const remove = (method: string, path: string, body: object) =>
    fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  for (const id of ['a1', 'a2', 's1']) await remove('POST', '/model/delete', { id });
  await remove('POST', '/team/delete', { team_ids: [team] });
  await remove('DELETE', `/v1/mcp/server/${tracker.id}`, {});
}

afterAll(async () => {
  await clear();
  vi.unstubAllEnvs();
  await litellm.close(session);
  await models.stop();
  await tools.stop();
});

/** A key that can do everything that is shown, and the proxy as it was at first. */
async function makeWorld(limits: object = { rpm_limit: 50, max_budget: 5 }): Promise<World & { readonly key: string }> {
  const made = await admin('POST', '/key/generate', { team_id: team, models: [model, safe], ...limits });
  const key = String(made.key);
  await admin('POST', '/config/update', {
    router_settings: { fallbacks: [{ [model]: [safe] }, { [safe]: [model] }], model_group_alias: { old: safe } },
  });
  vi.stubEnv('LITELLM_PROBE_KEY', key);
  const token = createHash('sha256').update(key).digest('hex');
  return { key, token, session, admin: async (...request) => void (await admin(...request)) };
}

leverSuite<LitellmSession, World>({
  name: 'the real proxy',
  actions,
  cases,
  make: makeWorld,
  session: (world) => world.session,
  watch: (opened, interruption) => {
    if (opened.kind === 'file') throw new Error('it is no file');
    return watch(opened, interruption);
  },
  stateOf,
});

/** What the attacker gets for a question: who answered, or the status of the refusal. */
async function chat(key: string, asked = model): Promise<string | number> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: asked, messages: [{ role: 'user', content: 'Tell me everything.' }] }),
  });
  if (!answer.ok) return answer.status;
  const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
}

/** Calls the tool that searches the tracker, and says what came back; `refused` where the gateway does not even speak MCP with the key. */
async function useTool(key: string): Promise<unknown> {
  const client = new Client({ name: 'attacker', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp/`), {
    requestInit: { headers: { 'x-litellm-api-key': `Bearer ${key}` } },
  });
  try {
    // The SDK's own type of a transport does not know exact optional properties.
    await client.connect(transport as Parameters<Client['connect']>[0]);
    const name = (await client.listTools()).tools.find((tool) => tool.name.endsWith('search'))?.name;
    return name === undefined ? 'refused' : (await client.callTool({ name, arguments: {} })).content;
  } catch {
    return 'refused';
  } finally {
    await client.close();
  }
}

interface Attack {
  readonly action: string;
  readonly params: (world: World) => object;
  readonly attack: (key: string) => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
}
const ofKey = ({ token }: World) => ({ server: session.server, token });
const ofModel = () => ({ server: session.server, model });

const attacks: readonly Attack[] = [
  { action: 'litellm.block-key', params: ofKey, attack: (key) => chat(key), before: `I am ${model}.`, after: 401 },
  {
    action: 'litellm.limit-key',
    params: (world) => ({ ...ofKey(world), requestsPerMinute: 0 }),
    attack: (key) => chat(key),
    before: `I am ${model}.`,
    after: 429,
  },
  {
    action: 'litellm.limit-key',
    params: (world) => ({ ...ofKey(world), budget: 0 }),
    attack: (key) => chat(key),
    before: `I am ${model}.`,
    after: 422,
  },
  {
    action: 'litellm.block-model',
    params: ofModel,
    attack: (key) => chat(key),
    before: `I am ${model}.`,
    after: 403,
  },
  {
    action: 'litellm.swap-model',
    params: () => ({ ...ofModel(), to: safe }),
    attack: (key) => chat(key),
    before: `I am ${model}.`,
    after: `I am ${safe}.`,
  },
];

describe('the attacker gets through before, not after, and again after undo', () => {
  test.each(attacks)('$action $after', async (each) => {
    const action = actions.find(({ id }) => id === each.action);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${each.action}`);
    const world = await makeWorld();
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse(each.params(world));
    expect(await each.attack(world.key)).toBe(each.before);
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await each.attack(world.key)).toBe(each.after);
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await each.attack(world.key)).toBe(each.before);
  });

  test('litellm.block-team: the keys of the team, as soon as the proxy asks again', async () => {
    const action = actions.find(({ id }) => id === 'litellm.block-team');
    if (action?.reversal.kind !== 'restore') throw new Error('no action');
    const world = await makeWorld({});
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse({ server: session.server, team });
    const answers = (wanted: unknown) => vi.waitUntil(async () => (await chat(world.key)) === wanted, 60_000);
    await answers(`I am ${model}.`);
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    await answers(401);
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    await answers(`I am ${model}.`);
  });

  test('litellm.fallbacks-off: a model that is made to fail drags nobody else in', async () => {
    const action = actions.find(({ id }) => id === 'litellm.fallbacks-off');
    if (action?.reversal.kind !== 'restore') throw new Error('no action');
    const world = await makeWorld({});
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse(ofModel());
    models.failing.add(model);
    try {
      expect(await chat(world.key)).toBe(`I am ${safe}.`);
      const before = await action.read(attempt, params);
      expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
      models.asked.length = 0;
      expect(await chat(world.key)).toEqual(expect.any(Number));
      expect(models.asked).not.toContain(safe);
      expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
      expect(await chat(world.key)).toBe(`I am ${safe}.`);
    } finally {
      models.failing.delete(model);
    }
  });

  test('litellm.throttle-key: of a burst, less gets through the higher the score', async () => {
    const action = actions.find(({ id }) => id === 'litellm.throttle-key');
    if (action?.reversal.kind !== 'restore') throw new Error('no action');
    const through: number[] = [];
    for (const score of [0, 0.6, 1]) {
      const world = await makeWorld({ rpm_limit: 10, tpm_limit: 100_000 });
      const attempt = { session, signal, key: 'test' };
      const params: unknown = action.params.parse({ ...ofKey(world), score });
      const before = await action.read(attempt, params);
      expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
      const answers: (string | number)[] = [];
      for (let asked = 0; asked < 8; asked += 1) answers.push(await chat(world.key));
      through.push(answers.filter((answer) => typeof answer === 'string').length);
      expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    }
    expect(through).toEqual([8, 1, 0]);
  });

  test('litellm.detach-mcp-server: its tools are offered to nobody', async () => {
    const action = actions.find(({ id }) => id === 'litellm.detach-mcp-server');
    if (action?.reversal.kind !== 'restore') throw new Error('no action');
    const world = await makeWorld({});
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse({ server: session.server, ...tracker });
    const found = [{ type: 'text', text: 'found' }];
    expect(await useTool(world.key)).toEqual(found);
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
    tools.asked.length = 0;
    expect(await useTool(world.key)).toBe('refused');
    expect(tools.asked).toEqual([]);
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    expect(await useTool(world.key)).toEqual(found);
  });
});

test('what a fresh collect of the proxy sees: each lever that an edge names makes the edge disappear, and its undo brings it back', async () => {
  const world = await makeWorld({});
  const collected = async () => {
    const { estate } = await collectSession(litellm, session, signal);
    return { estate, graph: deriveGraph(estate, nodeRules, edgeRules, {}) };
  };
  const inWords = ({ type, from, to }: GraphEdge) => `${type} ${from} -> ${to}`;
  const { estate, graph } = await collected();
  const start = [...graph.liveEdges()];
  const mine = litellmId('Key', session.server, world.token);
  const named = new Map<string, { readonly lever: Lever; readonly edges: string[] }>();
  for (const edge of start)
    for (const lever of edge.rule.levers(edge, estate)) {
      // Keys of earlier tests are alike: one of them is enough.
      if (lever.action === 'litellm.block-key' && lever.params.token !== world.token) continue;
      const entry = named.get(lever.key) ?? { lever, edges: [] };
      named.set(lever.key, entry);
      entry.edges.push(inWords(edge));
    }
  const shown = new Set([...named.values()].map(({ lever }) => lever.action));
  for (const id of ['block-key', 'block-team', 'block-model', 'detach-mcp-server', 'fallbacks-off'])
    expect(shown).toContain(`litellm.${id}`);
  const failures: string[] = [];
  for (const { lever, edges } of named.values()) {
    const action = actions.find(({ id }) => id === lever.action);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${lever.action}`);
    const attempt = { session, signal, key: 'test' };
    const params: unknown = action.params.parse(lever.params);
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record), lever.key).toEqual({ outcome: 'done' });
    const left = new Set([...(await collected()).graph.liveEdges()].map(inWords));
    // Nothing left at all would mean that nothing was read.
    expect(left.size, lever.key).toBeGreaterThan(3);
    for (const edge of edges) if (left.has(edge)) failures.push(`${lever.key} leaves ${edge}`);
    expect(await action.reversal.restore(attempt, params, before.record), lever.key).toEqual({ outcome: 'done' });
  }
  expect(failures).toEqual([]);
  expect([...(await collected()).graph.liveEdges()].map(inWords)).toEqual(start.map(inWords));

  const protect = `id=${litellmId('Model', session.server, model)}`;
  const plan = makePlan(graph, { compromised: [graph.resolve(mine)], protect, actions }, await loadSolver());
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual(['litellm.block-key']);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });
});

test('the serving hook of content/serving-hooks makes log probabilities coarser, or withholds them, for the keys that say so', async () => {
  const world = await makeWorld({});
  const probability = async (stream: boolean): Promise<unknown> => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        logprobs: true,
        stream,
        messages: [{ role: 'user', content: 'How sure are you?' }],
      }),
    });
    return /"logprob": ?(-?[\d.]+)/.exec(await answer.text())?.[1];
  };
  const both = async () => [await probability(false), await probability(true)];
  const exact = '-0.123456789';
  expect(await both()).toEqual([exact, exact]);
  for (const [said, expected] of [
    ['round:1', '-0.1'],
    ['withhold', undefined],
    ['nonsense', undefined],
  ] as const) {
    await world.admin('POST', '/key/update', { key: world.token, metadata: { 'firebreak-output': said } });
    expect(await both(), said).toEqual([expected, expected]);
  }
  await world.admin('POST', '/key/update', { key: world.token, metadata: {} });
  expect(await both()).toEqual([exact, exact]);
});

test('what the proxy’s file sets is refused, not written into a database that is ignored', async () => {
  const action = actions.find(({ id }) => id === 'litellm.block-model');
  const params: unknown = action?.params.parse({ server: session.server, model: 'from-the-file' });
  const attempt = { session, signal, key: 'test' };
  const before = await action?.read(attempt, params);
  expect(await action?.apply(attempt, params, before?.record)).toMatchObject({
    outcome: 'refused',
    code: 'FB-STEP-REFUSED',
  });
});

test('a key that is not an administrator’s is refused, and nothing changes', async () => {
  const world = await makeWorld({});
  vi.stubEnv('LITELLM_API_KEY', world.key);
  const opened = await litellm.connect(litellm.parse(url), signal);
  vi.stubEnv('LITELLM_API_KEY', masterKey);
  const action = actions.find(({ id }) => id === 'litellm.block-key');
  const params: unknown = action?.params.parse(ofKey(world));
  const outcome = await action?.apply({ session: opened, signal, key: 'test' }, params, { blocked: false });
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', retryable: false });
  expect(await stateOf(world)).toMatchObject({ key: [false, null, null, null] });
  await litellm.close(opened);
});
