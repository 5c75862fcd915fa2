/**
 * Plans on small clusters in which one of the restraining levers is the way: the plan takes it, the independent check agrees, and a
 * rehearsal on a copy of the cluster, derived from scratch, leaves nothing protected within reach.
 */
import type { AnyFact, MissingRight, Plan } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { rehearse } from '../../packages/platform/src/app/rehearse.ts';
import { withheldFrom } from '../../packages/platform/src/app/withheld.ts';
import { actions } from '../../packages/platform/src/connectors/kubernetes/actions/index.ts';
import type { ApiObject } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { collect } from '../../packages/platform/src/connectors/kubernetes/collect.ts';
import { countedIds, makeTwin, type Twin } from '../../packages/platform/src/connectors/kubernetes/twin.ts';
import { estateOf } from '../../packages/platform/src/facts/estate.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import {
  account,
  can,
  namespace,
  object,
  pod,
  secret,
} from '../../packages/platform/src/graph/edges/kubernetes/cases/world.case.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { checkClaims } from '../../packages/platform/src/planning/check-claims.ts';
import { checkPlan } from '../../packages/platform/src/planning/check-plan.ts';
import { checkSteps } from '../../packages/platform/src/planning/check-steps.ts';
import { loadSolver } from '../../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../../packages/platform/src/planning/make-plan.ts';

const signal = new AbortController().signal;
const solver = await loadSolver();

/** A grant that the API server puts back by itself: nobody can be taken out of it. */
function kept(objects: readonly ApiObject[]): readonly ApiObject[] {
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
  return objects.map((each) =>
    each.kind === 'RoleBinding' ? { ...each, metadata: { ...each.metadata, annotations } } : each,
  );
}
const base = [namespace('prod', 'restricted'), account('who'), account('rich'), secret('vault')];

function running(objects: readonly ApiObject[]): Twin {
  const twin = makeTwin({ authorize: () => true, ids: countedIds() });
  expect(twin.load(objects, { start: true })).toEqual([]);
  return twin;
}

async function planOf(
  objects: readonly ApiObject[],
  more: {
    readonly protect?: string;
    readonly forbid?: readonly string[];
    readonly lacking?: readonly MissingRight[];
  } = {},
): Promise<{ plan: Plan; cut: readonly string[]; failed: readonly string[] }> {
  const facts: AnyFact[] = [];
  for await (const read of collect(running(objects), signal)) if ('fact' in read) facts.push(read.fact);
  const estate = estateOf(facts, []);
  const graph = deriveGraph(estate, nodeRules, edgeRules);
  const { protect = 'kind=Secret,name=vault', forbid = [], lacking = [] } = more;
  const compromised = [graph.resolve('kubernetes:ServiceAccount/prod/who')];
  const request = { compromised, protect, actions, forbid, withheld: withheldFrom(actions, lacking) };
  const plan = makePlan(graph, request, solver);
  const checks = [checkSteps(plan, actions), ...checkClaims(plan, graph, actions)];
  if (plan.verdict === 'contained') checks.push(await rehearse(plan, estate, running(objects), actions, signal));
  return {
    plan,
    cut: plan.steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever.action),
    failed: checkPlan(plan, graph, checks).checks.flatMap(({ ok, check, detail }) =>
      ok ? [] : [`${check}: ${detail}`],
    ),
  };
}

test('whoever may make pods gets at every secret of the namespace: it is frozen', async () => {
  const { plan, cut, failed } = await planOf([...base, ...kept(can('who', ['create pods']))]);
  expect(plan.verdict).toBe('contained');
  expect(cut).toEqual(['kubernetes.freeze-namespace']);
  expect(failed).toEqual([]);
});

test('where only one account is worth it, new pods are kept from that one', async () => {
  const objects = [...base, ...kept(can('who', ['create deployments@apps'])), ...kept(can('rich', ['get configmaps']))];
  const { plan, cut, failed } = await planOf(objects, { protect: 'kind=ServiceAccount,name=rich' });
  expect(plan.verdict).toBe('contained');
  expect(cut).toEqual(['kubernetes.deny-admission']);
  expect(plan.steps.find(({ reason }) => reason === 'cut')?.lever.params).toMatchObject({ serviceAccount: 'rich' });
  expect(failed).toEqual([]);
});

test('a shell is denied to the identity, and the workload goes on', async () => {
  const objects = [
    ...base,
    ...kept(can('who', ['create pods/exec'])),
    ...kept(can('rich', ['get secrets'])),
    pod('server', {}, { serviceAccountName: 'rich' }),
  ];
  const { plan, cut, failed } = await planOf(objects);
  expect(plan.verdict).toBe('contained');
  expect(cut).toEqual(['kubernetes.deny-admission']);
  expect(failed).toEqual([]);
});

test('what an operator runs is stopped at its owner', async () => {
  const containers = [{ name: 'head', image: 'rayproject/ray:2' }];
  const template = { spec: { serviceAccountName: 'rich', containers } };
  const objects = [
    ...base,
    ...kept(can('who', ['create pods/exec'])),
    ...kept(can('rich', ['get secrets'])),
    object('ray.io/v1', 'RayCluster', 'ray', { spec: { headGroupSpec: { template } } }),
  ];
  const { plan, cut, failed } = await planOf(objects, { forbid: ['kubernetes.deny-admission'] });
  expect(plan.verdict).toBe('contained');
  expect(cut).toEqual(['kubernetes.suspend-operated']);
  expect(failed).toEqual([]);
});

test('a webhook that the attacker answers is taken out of its configuration', async () => {
  const labels = { app: 'hook' };
  const objects = [
    ...base,
    ...kept(can('who', ['create pods/exec'])),
    pod('hook', { ports: [{ containerPort: 9443 }] }, {}, { labels }),
    object('v1', 'Service', 'hook', { spec: { selector: labels, ports: [{ port: 443, targetPort: 9443 }] } }),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'hook' },
      webhooks: [
        {
          name: 'hook.example.com',
          clientConfig: { service: { namespace: 'prod', name: 'hook' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        },
      ],
    },
  ];
  const forbid = ['kubernetes.deny-admission', 'kubernetes.delete-pod'];
  const { plan, cut, failed } = await planOf(objects, { forbid });
  expect(plan.verdict).toBe('contained');
  expect(cut).toEqual(['kubernetes.remove-webhook']);
  expect(failed).toEqual([]);
});

test('a freeze that the attacker could lift is no cut', async () => {
  const lifting = kept(can('who', ['create pods', 'delete resourcequotas']));
  const { plan, failed } = await planOf([...base, ...lifting]);
  expect(plan.verdict).toBe('partial');
  expect(failed).toEqual([]);
});

test('what our own credential may not do is named with the right that is missing', async () => {
  const objects = [...base, ...kept(can('who', ['create pods']))];
  const lack = { action: 'kubernetes.freeze-namespace', rights: ['create core/resourcequotas'] };
  const { plan } = await planOf(objects, { lacking: [lack] });
  expect(plan.verdict).toBe('partial');
  expect(plan.uncut[0]?.lacks?.[0]).toMatchObject({ is: 'right', action: 'kubernetes.freeze-namespace' });
  expect(plan.uncut[0]?.missing).toContain('create core/resourcequotas');
  expect(plan.uncut[0]?.missing).toContain('firebreak permissions kubernetes kubernetes.freeze-namespace');

  const inProd = (params: unknown) => (params as { namespace?: unknown }).namespace === 'prod';
  expect((await planOf(objects, { lacking: [{ ...lack, except: inProd }] })).cut).toEqual([
    'kubernetes.freeze-namespace',
  ]);
});
