/**
 * From queries to a lever that slows the client down: the detector learns natural traffic from LiteLLM's own log lines, an attacker asks,
 * the incident's plan holds his key to what his score leaves it, and the lever does that on a proxy, after somebody approved.
 */
import { type AnyFact, type FactKind, factSchemas, litellmId, type NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { memoryWorld } from '../connectors/litellm/actions/cases/memory-proxy.case.ts';
import { actions } from '../connectors/litellm/actions/index.ts';
import { drawsFor } from '../detection/drift/random-draws.ts';
import detector from '../detection/stream/extraction/client-queries.ts';
import { estateOf } from '../facts/estate.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { edgeRules } from '../graph/edges/index.ts';
import { nodeRules } from '../graph/nodes/index.ts';
import { checkClaims } from '../planning/check-claims.ts';
import { checkPlan } from '../planning/check-plan.ts';
import { checkSteps } from '../planning/check-steps.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { suspectsIn } from './suspects.ts';

const world = memoryWorld('sk-of-the-test');
const { server } = world.session;
const { token } = world;
const honest = 'a'.repeat(64);
const nothing = { mcp: {}, budget: {}, blocked: false };
const fact = (kind: FactKind, id: string, data: object): AnyFact =>
  ({
    id,
    kind,
    data: factSchemas[kind].parse({ server, ...data }),
    source: { connector: 'litellm', locator: 'test' },
  }) as AnyFact;
const estate = estateOf(
  [
    ...[token, honest].map((each) => fact('litellm.key', litellmId('Key', server, each), { token: each, ...nothing })),
    fact('litellm.deployment', litellmId('Deployment', server, 'small/1'), {
      model: 'small',
      deployment: '1',
      credential: { kind: 'none', names: [] },
      stored: true,
    }),
  ],
  [],
);
const graph = deriveGraph(estate, nodeRules, edgeRules);
const node = litellmId('Key', server, token);

const draw = drawsFor('suspects');
const gauss = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
const query = (client: string, natural: boolean) => {
  const place = gauss();
  return { client, features: { x: place, y: 2 * place + (natural ? 0.1 : 3) * gauss(), z: gauss() } };
};
const event = (number: number): NormalEvent => ({
  id: `litellm/${number}`,
  digest: '',
  time: new Date(Date.parse('2026-11-01T00:00:00Z') + number * 1000).toISOString(),
  timeIs: 'told',
  source: { format: 'model-telemetry', locator: 'test' },
  system: 'litellm',
  actor: { name: 'mallory', credential: litellmId('Key', token) },
  operation: 'inference',
  activity: 'execute',
  targets: [],
  outcome: 'done',
});

function attacked() {
  const running = detector.start();
  const records = (of: number) => Array.from({ length: of }, (_, client) => query(`key ${client}`, true));
  for (let at = 0; at < 1000; at += 1)
    for (const _ of running.see({ event: event(at), raw: { model: 'small', records: records(20) } }));
  const calm = JSON.parse(JSON.stringify(running.state())) as unknown;
  for (let at = 1000; at < 1400; at += 1)
    for (const each of running.see({
      event: event(at),
      raw: { model: 'small', records: [query(token, false), query(honest, true)] },
    }))
      if (each.events[0] !== undefined)
        return { calm, state: running.state(), by: each.events[0].actor.credential ?? '' };
  throw new Error('nothing was found');
}

test('the plan slows the key of an attacker down by its score, with its reason, and the proxy holds it to that', async () => {
  const { calm, state, by } = attacked();
  const suspects = suspectsIn(
    [{ id: 'det_1', by: [by] }],
    [undefined, state],
    [node, litellmId('Key', server, honest)],
    graph,
  );
  expect(suspects).toEqual([
    {
      node,
      score: 1,
      why: expect.stringMatching(/^Its throttle score is 1\.00 of 1, by \d+ windows of queries to small\.$/),
    },
  ]);
  // A detection without a saved score counts as just made; a calm client is nobody's suspect.
  expect(suspectsIn([{ id: 'det_1', by: [by] }], [], [], graph)).toMatchObject([{ node, score: 1 }]);
  expect(suspectsIn([], [calm], [node, litellmId('Key', server, honest)], graph)).toEqual([]);

  const request = { compromised: [graph.resolve(node)], protect: 'default', actions: [...actions] };
  const solver = await loadSolver();
  expect(makePlan(graph, request, solver).steps.map(({ reason }) => reason)).not.toContain('slow-down');
  const plan = makePlan(graph, { ...request, suspects }, solver);
  const [step, ...more] = plan.steps.filter(({ reason }) => reason === 'slow-down');
  expect(more).toEqual([]);
  expect(step).toMatchObject({
    lever: { action: 'litellm.throttle-key', params: { server, token, score: 0.9 } },
    why: suspects[0]?.why,
    severs: [],
  });
  expect(checkPlan(plan, graph, [checkSteps(plan, [...actions]), ...checkClaims(plan, graph, [...actions])]).ok).toBe(
    true,
  );

  const action = actions.find(({ id }) => id === 'litellm.throttle-key');
  const params = action?.params.parse(step?.lever.params) as never;
  const attempt = { session: world.session, signal: new AbortController().signal, key: 'test' };
  const before = await action?.read(attempt, params);
  expect(await action?.apply(attempt, params, before?.record as never)).toMatchObject({ outcome: 'done' });
  expect(JSON.stringify(await action?.read(attempt, params))).toContain('"rpm_limit":1');
});

test('a key that is blocked already is not slowed down, and without the lever nothing is proposed', async () => {
  const blocked = estateOf([fact('litellm.key', node, { token, ...nothing, blocked: true })], []);
  const other = deriveGraph(blocked, nodeRules, edgeRules);
  const suspects = [{ node, score: 1, why: 'x' }];
  const solver = await loadSolver();
  const of = (on: typeof graph, given: typeof actions | []) =>
    makePlan(on, { compromised: [on.resolve(node)], protect: 'default', actions: [...given], suspects }, solver).steps;
  expect(of(other, actions).filter(({ reason }) => reason === 'slow-down')).toEqual([]);
  expect(of(graph, [])).toEqual([]);
});
