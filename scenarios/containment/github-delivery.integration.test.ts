/**
 * From a stolen GitHub token to a cluster: a person's account may push to the repository that Argo CD follows. The plan cuts where
 * delivery is cheapest, on GitHub and not in the cluster; it is checked by code of its own, carried out on the server that answers as
 * GitHub describes itself, and proved by what the thief gets and by a fresh collect.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyAction, Estate } from '@firebreak/contract';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, makeWorld, type World } from '../../packages/platform/src/connectors/github/actions/cases/world.case.ts';
import { tokens } from '../../packages/platform/src/connectors/github/contract/acting.case.ts';
import github from '../../packages/platform/src/connectors/github/index.ts';
import { openManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { collectSession } from '../../packages/platform/src/facts/collect.ts';
import { joinEstates } from '../../packages/platform/src/facts/join-estates.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { checkPlan } from '../../packages/platform/src/planning/check-plan.ts';
import { loadSolver, type Solver } from '../../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../../packages/platform/src/planning/make-plan.ts';

const signal = new AbortController().signal;
let solver: Solver;
let folder: string;
let world: World | undefined;

beforeAll(async () => {
  solver = await loadSolver();
  folder = mkdtempSync(join(tmpdir(), 'firebreak-delivery-'));
  writeFileSync(join(folder, 'cluster.json'), cluster.map((object) => JSON.stringify(object)).join('\n---\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await world?.close();
  expect(world?.server.faults).toEqual([]);
});

/** One repository feeds several namespaces, as it does where people keep their manifests together. */
const namespaces = ['serving', 'serving-eu', 'serving-us', 'batch'];
const cluster = namespaces.flatMap((namespace) => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: namespace, namespace: 'argocd' },
    spec: {
      destination: { namespace, server: 'https://kubernetes.default.svc' },
      source: { repoURL: 'https://github.com/acme/models.git', targetRevision: 'main', path: namespace },
      syncPolicy: { automated: {} },
    },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'predictor', namespace } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'predictor', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'predictor' } },
      template: {
        metadata: { labels: { app: 'predictor' } },
        spec: {
          serviceAccountName: 'predictor',
          containers: [{ name: 'server', image: 'registry.example/predictor:1' }],
        },
      },
    },
  },
]);

async function estate({ session }: World): Promise<Estate> {
  const files = openManifests({ path: folder, maxDocumentBytes: 1 << 20 });
  const estates = [
    (await collectSession(github, session, signal)).estate,
    (await collectSession(kubernetes, files, signal)).estate,
  ];
  return joinEstates(estates);
}
const thief = 'github:User/github.com/eve';
const protect = 'kind=Deployment';
const actions: readonly AnyAction[] = [...github.actions, ...kubernetes.actions];

async function planned(place: World, of: readonly AnyAction[], forbid: readonly string[] = []) {
  const graph = deriveGraph(await estate(place), nodeRules, edgeRules, {});
  const plan = makePlan(graph, { compromised: [graph.resolve(thief)], protect, actions: of, forbid }, solver);
  const checked = checkPlan(plan, graph);
  expect(checked.checks.filter(({ ok }) => !ok)).toEqual([]);
  return plan;
}
const commits = (place: World) =>
  ask(place, tokens.eve, 'PUT', '/repos/acme/models/contents/predictor.yaml', {
    message: 'x',
    content: 'eA==',
    branch: 'main',
  });

test('the plan cuts on GitHub, holds there, and gives everything back', async () => {
  world = await makeWorld(true);
  expect(await commits(world)).toBe(201);
  const plan = await planned(world, actions);
  expect(plan.verdict).toBe('contained');
  const cuts = plan.steps.filter(({ reason }) => reason === 'cut');
  expect(cuts.map(({ lever }) => lever.action)).toEqual(['github.lower-role']);
  const done: (() => Promise<void>)[] = [];
  for (const { lever } of cuts) {
    const action = github.actions.find(({ id }) => id === lever.action);
    if (action === undefined) throw new Error(`${lever.action} is not one of GitHub`);
    const params: unknown = action.params.parse(lever.params);
    const attempt = { session: world.session, signal, key: 'scenario' };
    const { record } = await action.read(attempt, params);
    expect(await action.apply(attempt, params, record)).toEqual({ outcome: 'done' });
    const { reversal } = action;
    if (reversal.kind === 'restore')
      done.unshift(async () => expect(await reversal.restore(attempt, params, record)).toEqual({ outcome: 'done' }));
  }
  expect(await commits(world)).toBe(409);
  expect((await planned(world, actions)).verdict).toBe('nothing-to-cut');
  for (const undo of done) await undo();
  expect(await commits(world)).toBe(201);
  expect((await planned(world, actions)).verdict).toBe('contained');
});

test('without a lever on GitHub the delivery itself is stopped, which costs more', async () => {
  world = await makeWorld(true);
  const [cheap, other] = [await planned(world, actions), await planned(world, kubernetes.actions)];
  const cut = other.steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever.action);
  expect(cut).toEqual(namespaces.map(() => 'kubernetes.suspend-delivery'));
  expect(other.cutCost).toBeGreaterThan(cheap.cutCost);
});
