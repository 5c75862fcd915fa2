/** What each lever severs: its change is made to the facts as the action makes it, and everything is derived afresh. A plan uses them, and is checked. */
import { type AnyFact, type FactKind, factSchemas, type Lever, litellmId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { actions } from '../../../connectors/litellm/actions/index.ts';
import { estateOf } from '../../../facts/estate.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import type { GraphEdge } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const server = 'llm.example';
const token = 'a'.repeat(64);
const at = (kind: Parameters<typeof litellmId>[0], name?: string) => litellmId(kind, server, name);
type Data = Readonly<Record<string, unknown>>;

function fact(kind: FactKind, id: string, data: Data): AnyFact {
  const parsed = factSchemas[kind].parse({ server, ...data });
  return { id, kind, data: parsed, source: { connector: 'litellm', locator: 'test' } } as AnyFact;
}
const nothing = { mcp: {}, budget: {}, blocked: false };
const deployment = (model: string, more: Data = {}) =>
  fact('litellm.deployment', at('Deployment', `${model}/1`), {
    model,
    deployment: '1',
    credential: { kind: 'stored', names: [`credential-of-${model}`] },
    stored: true,
    ...more,
  });

function world(change: { readonly of: string; readonly data: Data } = { of: '', data: {} }): readonly AnyFact[] {
  const facts = [
    fact('litellm.proxy', at('Proxy'), {
      authentication: 'key',
      database: 'connected',
      fallbacks: [{ model: 'assistant', to: ['other'] }],
    }),
    deployment('assistant'),
    deployment('other'),
    deployment('from-the-file', { stored: false }),
    deployment('careful', { accessGroups: ['safe-mode'] }),
    fact('litellm.key', at('Key', token), {
      token,
      team: 't',
      models: ['assistant'],
      ...nothing,
      mcp: { servers: ['tracker'] },
    }),
    fact('litellm.team', at('Team', 't'), { team: 't', ...nothing }),
    fact('litellm.mcp-server', at('McpServer', 'tracker'), {
      id: 'tracker-id',
      name: 'tracker',
      allKeys: false,
      tools: ['search'],
      stored: true,
    }),
  ];
  return facts.flatMap((each) => {
    if (each.id !== change.of) return [each];
    return 'gone' in change.data ? [] : [fact(each.kind, each.id, { ...each.data, ...change.data })];
  });
}

/** What a fresh collect sees after the lever. */
function after({ action, params }: Lever): readonly AnyFact[] {
  const { model = '', to = '', name = '' } = params as Record<string, string>;
  const changes: Record<string, { of: string; data: Data }> = {
    'litellm.block-key': { of: at('Key', token), data: { blocked: true } },
    'litellm.block-team': { of: at('Team', 't'), data: { blocked: true } },
    'litellm.block-model': { of: at('Deployment', `${model}/1`), data: { blocked: true } },
    'litellm.swap-model': { of: at('Proxy'), data: { aliases: [{ model, to }] } },
    'litellm.fallbacks-off': { of: at('Proxy'), data: { fallbacks: [] } },
    'litellm.detach-mcp-server': { of: at('McpServer', name), data: { gone: true } },
  };
  const change = changes[action];
  if (change === undefined) throw new Error(`no change for ${action}`);
  return world(change);
}

const graphOf = (facts: readonly AnyFact[]) => deriveGraph(estateOf(facts, []), nodeRules, edgeRules, {});
const inWords = ({ type, from, to }: GraphEdge) => `${type} ${from} -> ${to}`;

test('each lever makes every edge that names it disappear', () => {
  const estate = estateOf(world(), []);
  const named = new Map<string, { readonly lever: Lever; readonly edges: string[] }>();
  for (const edge of graphOf(world()).liveEdges())
    for (const lever of edge.rule.levers(edge, estate)) {
      expect(edge.rule.severedBy).toContain(lever.action);
      const entry = named.get(lever.key) ?? { lever, edges: [] };
      named.set(lever.key, entry);
      entry.edges.push(inWords(edge));
    }
  const cutNothing = ['litellm.limit-key', 'litellm.shift-weights', 'litellm.throttle-key'];
  const cutting = actions.map(({ id }) => id).filter((id) => !cutNothing.includes(id));
  expect([...new Set([...named.values()].map(({ lever }) => lever.action))].sort()).toEqual(cutting);
  for (const { lever, edges } of named.values()) {
    const left = new Set([...graphOf(after(lever)).liveEdges()].map(inWords));
    expect(
      edges.filter((edge) => left.has(edge)),
      lever.key,
    ).toEqual([]);
  }
});

test('nothing is offered for what stands in the proxy’s file', () => {
  const estate = estateOf(world(), []);
  const edges = [...graphOf(world()).liveEdges()].filter(({ from }) => from === at('Model', 'from-the-file'));
  const levers = edges.flatMap((edge) => edge.rule.levers(edge, estate));
  expect(levers.map(({ action }) => action)).toEqual(['litellm.swap-model']);
});

test.each([
  [at('Key', token), [], 'litellm.block-key'],
  // Without a key to block, the cheaper of what the gateway can do: the safe model answers.
  [at('Model', 'assistant'), ['litellm.block-model'], 'litellm.swap-model'],
  [at('Model', 'assistant'), ['litellm.swap-model'], 'litellm.block-model'],
])('a plan from %s without %j uses %3$s, and checks', async (from, forbid, expected) => {
  const facts = world();
  const graph = graphOf(facts);
  const request = {
    compromised: [graph.resolve(from)],
    protect: 'id=litellm:Credential/llm.example/credential-of-assistant',
    actions,
    forbid,
  };
  const plan = makePlan(graph, request, await loadSolver());
  expect(plan.uncut).toEqual([]);
  expect(plan.steps.map(({ lever }) => lever.action)).toContain(expected);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });
});
