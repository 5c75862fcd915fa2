/** What each lever severs: its change is made to the facts as the action makes it, and everything is derived afresh. A plan uses them, and is checked. */
import { type AnyFact, type FactKind, factSchemas, type Lever, mlflowId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { actions } from '../../../connectors/mlflow/actions/index.ts';
import { estateOf } from '../../../facts/estate.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import type { GraphEdge } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { registeredModelWriteId, versionWriteId } from '../../mlflow/models.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const server = 'mlflow.example';
type Data = Readonly<Record<string, unknown>>;

function fact(kind: FactKind, id: string, data: Data): AnyFact {
  const parsed = factSchemas[kind].parse({ server, ...data });
  return { id, kind, data: parsed, source: { connector: 'mlflow', locator: 'test' } } as AnyFact;
}
const version = (number: string, tags: Data = {}) =>
  fact('mlflow.model-version', mlflowId('ModelVersion', server, `churn/${number}`), {
    name: 'churn',
    version: number,
    status: 'READY',
    storage: `s3://models/${number}`,
    tags,
  });

interface World {
  readonly champion?: string;
  readonly tags?: Data;
  readonly permissions?: readonly Data[];
}
const edit = { resource: 'registered_model', pattern: 'churn', permission: 'EDIT' };

function world({ champion = '3', tags = { validation_status: 'approved' }, permissions = [edit] }: World = {}) {
  return [
    fact('mlflow.server', mlflowId('Server', server), { authentication: 'basic' }),
    fact('mlflow.registered-model', mlflowId('RegisteredModel', server, 'churn'), {
      name: 'churn',
      aliases: [{ alias: 'champion', version: champion }],
    }),
    version('1', tags),
    version('2', tags),
    version('3'),
    fact('mlflow.user', mlflowId('User', server, 'eve'), { username: 'eve', admin: false, permissions }),
  ];
}

/** What a fresh collect sees after the lever. */
function after({ action, params }: Lever, was: World): readonly AnyFact[] {
  if (action === 'mlflow.move-alias') return world({ ...was, champion: String(params.to) });
  const denied = { ...edit, permission: 'DENY' };
  return world({
    ...was,
    permissions: [...(was.permissions ?? [edit]).filter(({ pattern }) => pattern === '*'), denied],
  });
}

const graphOf = (facts: readonly AnyFact[]) => deriveGraph(estateOf(facts, []), nodeRules, edgeRules, {});
const inWords = ({ type, from, to }: GraphEdge) => `${type} ${from} -> ${to}`;

test.each<[string, World]>([
  ['granted by name', {}],
  ['granted on everything', { permissions: [{ ...edit, pattern: '*' }] }],
])('each lever makes every edge that names it disappear: %s', (_, was) => {
  const estate = estateOf(world(was), []);
  const named = new Map<string, { readonly lever: Lever; readonly edges: string[] }>();
  for (const edge of graphOf(world(was)).liveEdges())
    for (const lever of edge.rule.levers(edge, estate)) {
      expect(edge.rule.severedBy).toContain(lever.action);
      const entry = named.get(lever.key) ?? { lever, edges: [] };
      named.set(lever.key, entry);
      entry.edges.push(inWords(edge));
    }
  expect([...named.values()].map(({ lever }) => [lever.action, lever.params.to]).sort()).toEqual([
    ['mlflow.deny-model', undefined],
    // The newest of those that were verified.
    ['mlflow.move-alias', '2'],
  ]);
  for (const { lever, edges } of named.values()) {
    const left = new Set([...graphOf(after(lever, was)).liveEdges()].map(inWords));
    expect(
      edges.filter((edge) => left.has(edge)),
      lever.key,
    ).toEqual([]);
  }
});

test('near miss: without another version that was verified, an alias has nowhere to go', () => {
  for (const was of [{ tags: {} }, { tags: { validation_status: 'pending' } }]) {
    const estate = estateOf(world(was), []);
    const levers = [...graphOf(world(was)).liveEdges()].flatMap((edge) => edge.rule.levers(edge, estate));
    expect(levers.map(({ action }) => action)).not.toContain('mlflow.move-alias');
  }
});

test.each([
  [mlflowId('User', server, 'eve'), `id=${registeredModelWriteId(server, 'churn')}`, 'mlflow.deny-model'],
  [versionWriteId(server, 'churn', '3'), `id=${mlflowId('Alias', server, 'churn@champion')}`, 'mlflow.move-alias'],
])('a plan from %s uses %3$s, and checks', async (from, protect, expected) => {
  const graph = graphOf(world());
  const plan = makePlan(graph, { compromised: [graph.resolve(from)], protect, actions }, await loadSolver());
  expect(plan.uncut).toEqual([]);
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual([expected]);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });
});
