/**
 * Levers on agents: each that an edge names is pulled by its real action on the real files, and no edge that named it is left in a fresh
 * collect; undone, every file has its bytes and the estate its edges. A plan uses them, and is checked.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AnyFact, Lever } from '@firebreak/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { actions } from '../../../connectors/agents/actions/index.ts';
import agents from '../../../connectors/agents/index.ts';
import { actions as flagActions } from '../../../connectors/flagd/actions/index.ts';
import flagd from '../../../connectors/flagd/index.ts';
import { collectSession } from '../../../facts/collect.ts';
import { estateOf } from '../../../facts/estate.ts';
import { factsOf } from '../../../facts/join-estates.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import type { GraphEdge } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const signal = new AbortController().signal;
const tracker = {
  type: 'http',
  url: 'https://tracker.example/mcp',
  headers: { Authorization: 'Bearer hunter2hunter2' },
};
const local = { command: 'npx', args: ['-y', 'files@1.0.0'], env: { FILES_TOKEN: 'hunter2hunter2' } };
const flag = (defaultVariant: string, more: object = {}) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant,
  metadata: { 'firebreak-gates': 'agent:Agent/github.com/acme/bot/cursor', 'firebreak-safe-variant': 'off' },
  ...more,
});
const project: Readonly<Record<string, string>> = {
  '.git/config': '[remote "origin"]\n\turl = git@github.com:acme/bot.git\n',
  '.mcp.json': JSON.stringify({ mcpServers: { files: local, tracker } }, null, 2),
  '.claude/settings.json': `${JSON.stringify({ permissions: { allow: ['mcp__files'], deny: ['Read(./.env)'] } }, null, '\t')}\n`,
  '.cursor/mcp.json': JSON.stringify({ mcpServers: { files: local, tracker } }),
  '.gemini/settings.json': JSON.stringify({ mcpServers: { tracker } }, null, 4),
  '.roo/mcp.json': JSON.stringify({ mcpServers: { tracker: { ...tracker, disabledTools: ['old'] } } }, null, 2),
  '.vscode/mcp.json':
    '{\n  // of the team\n  "servers": { "tracker": { "type": "http", "url": "https://tracker.example/mcp" } },\n}\n',
};
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firebreak-agents-'));
  for (const [path, content] of Object.entries(project)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

/** The tools of the tracker, as the server itself would tell them. */
const tool = (name: string, readOnly: boolean): AnyFact =>
  ({
    id: `agent:Tool/tracker.example/mcp/${name}`,
    kind: 'agent.tool',
    data: { server: 'agent:McpServer/tracker.example/mcp', name, readOnly },
    source: { connector: 'agents', locator: 'test' },
  }) as AnyFact;

async function collected() {
  const session = await agents.connect(agents.parse(root), signal);
  const { estate: read } = await collectSession(agents, session, signal);
  const estate = estateOf([...factsOf(read), tool('search', true), tool('close', false)], []);
  return { session, estate, graph: deriveGraph(estate, nodeRules, edgeRules, {}) };
}

function bytes(): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const inWords = ({ type, from, to }: GraphEdge) => `${type} ${from} -> ${to}`;

async function pull({ action: id, params }: Lever) {
  const action = actions.find((each) => each.id === id);
  if (action?.reversal.kind !== 'restore') throw new Error(`no action ${id}`);
  const { restore } = action.reversal;
  const session = await agents.connect(agents.parse(root), signal);
  const parsed: unknown = action.params.parse(params);
  expect(agents.answersFor?.(session, parsed)).toBe(true);
  const attempt = { session, signal, key: 'test' };
  const before = await action.read(attempt, parsed);
  expect(JSON.stringify([before, action.preview(parsed, before.record)])).not.toContain('hunter2');
  expect(await action.apply(attempt, parsed, before.record), id).toEqual({ outcome: 'done' });
  const { record } = await action.read(attempt, parsed);
  expect(action.inEffect(record, parsed, before.record)).toBe(true);
  const results = await action.probe(attempt, parsed, before);
  expect(
    results.map(({ result }) => result),
    JSON.stringify(results),
  ).toEqual(['holds', 'cannot-tell']);
  return async () => expect(await restore(attempt, parsed, before.record), id).toEqual({ outcome: 'done' });
}

test('each lever makes every edge that names it disappear, and its undo brings every byte back', async () => {
  const start = await collected();
  const named = new Map<string, { readonly lever: Lever; readonly edges: string[] }>();
  for (const edge of start.graph.liveEdges())
    for (const lever of edge.rule.levers(edge, start.estate)) {
      expect(edge.rule.severedBy).toContain(lever.action);
      const entry = named.get(lever.key) ?? { lever, edges: [] };
      named.set(lever.key, entry);
      entry.edges.push(inWords(edge));
    }
  expect([...new Set([...named.values()].map(({ lever }) => lever.action))].sort()).toEqual(
    actions.map(({ id }) => id),
  );
  for (const { lever, edges } of named.values()) {
    const undo = await pull(lever);
    const left = new Set([...(await collected()).graph.liveEdges()].map(inWords));
    expect(
      edges.filter((edge) => left.has(edge)),
      lever.key,
    ).toEqual([]);
    await undo();
    expect(bytes()).toEqual(project);
  }
  expect([...(await collected()).graph.liveEdges()].map(inWords)).toEqual([...start.graph.liveEdges()].map(inWords));
}, 60_000);

test.each([
  [
    'agents.detach-mcp-server',
    'agent:Agent/github.com/acme/bot/cursor',
    'id=agent:Tool/github.com/acme/bot/.cursor/mcp.json/files/*',
    [],
  ],
  ['agents.allow-tools', 'agent:Agent/github.com/acme/bot/gemini-cli', 'id=agent:Tool/tracker.example/mcp/close', []],
  [
    'agents.read-only',
    'agent:Agent/github.com/acme/bot/claude-code',
    'id=agent:Tool/github.com/acme/bot/claude-code/Bash',
    [],
  ],
])('a plan uses %s, and checks', async (expected, from, protect, forbid) => {
  const { graph } = await collected();
  const plan = makePlan(graph, { compromised: [graph.resolve(from)], protect, actions, forbid }, await loadSolver());
  expect(plan.uncut).toEqual([]);
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual([expected]);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });
});

test('a feature flag that says what it gates is a lever, and shuts it for everybody or not at all', async () => {
  const from = 'agent:Agent/github.com/acme/bot/cursor';
  const graphWith = async (flags: object) => {
    writeFileSync(join(root, 'flags.json'), JSON.stringify({ flags }));
    const session = await flagd.connect(flagd.parse(join(root, 'flags.json')), signal);
    const { estate: read } = await collectSession(flagd, session, signal);
    const { estate } = await collected();
    return deriveGraph(estateOf([...factsOf(estate), ...factsOf(read)], []), nodeRules, edgeRules, {});
  };
  const calls = async (flags: object) =>
    [...(await graphWith(flags)).liveEdges()].filter((edge) => edge.type === 'AGENT_CALLS' && edge.from === from)
      .length;
  expect(await calls({ tools: flag('on') })).toBeGreaterThan(0);
  expect(await calls({ tools: flag('off') })).toBe(0);
  const open = [flag('off', { targeting: { if: [true, 'on'] } }), flag('off', { state: 'DISABLED' }), flag('on')];
  for (const each of open) expect(await calls({ tools: each })).toBeGreaterThan(0);

  const graph = await graphWith({ tools: flag('on') });
  const request = { compromised: [graph.resolve(from)], protect: 'id=agent:Tool/tracker.example/mcp/close' };
  const plan = makePlan(graph, { ...request, actions: flagActions }, await loadSolver());
  expect(plan.steps.map(({ lever }) => [lever.action, lever.params.variant])).toEqual([['flagd.set-variant', 'off']]);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });
});

test('files that are not of the step’s home, a running server and a single other file are refused', async () => {
  const { graph, estate } = await collected();
  const [edge] = [...graph.liveEdges()].filter(({ type }) => type === 'MCP_SERVER_STEERS');
  const [lever] = edge?.rule.levers(edge, estate) ?? [];
  const action = actions.find(({ id }) => id === lever?.action);
  const params: unknown = action?.params.parse(lever?.params);
  const on = async (spec: string, more: object = {}) => {
    const session = await agents.connect(agents.parse(spec), signal);
    return action?.read({ session, signal, key: 'test' }, { ...(params as object), ...more });
  };
  await expect(on(root, { home: 'github.com/acme/other' })).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  await expect(on(join(root, '.gemini/settings.json'))).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  await expect(on('mcp=http://127.0.0.1:9/mcp')).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
  for (const bad of [{ file: '../x' }, { agent: 'x' }, { server: 'a\nb' }])
    expect(action?.params.safeParse({ ...(params as object), ...bad }).success).toBe(false);
});
