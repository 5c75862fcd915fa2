/** Levers of a registry: named where they are seen to hold afterwards, and the edges are gone when they hold. */
import { type AnyFact, type FactKind, factSchemas, ociId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../facts/estate.ts';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

const registry = 'registry.example';
const repository = 'acme/server';

function fact(kind: FactKind, id: string, data: object): AnyFact {
  const parsed: unknown = factSchemas[kind].parse({ registry, repository, ...data });
  return { id, kind, data: parsed, source: { connector: 'oci', locator: 'test' } } as AnyFact;
}

const told = (authentication: string, readOnly?: boolean) =>
  fact('oci.registry', ociId('Registry', registry), { authentication, readOnly });
const pod = normalise(
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ml' },
    spec: { containers: [{ name: 'main', image: `${registry}/${repository}:stable` }] },
  } as never,
  { locator: 'test' },
).facts;
const chart = normalise(
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'a', namespace: 'argocd' },
    spec: {
      destination: { namespace: 'prod' },
      source: { repoURL: registry, chart: repository, targetRevision: '1.*' },
      syncPolicy: { automated: {} },
    },
  } as never,
  { locator: 'test', defaultNamespace: 'default' },
).facts;
const world = (push: 'yes' | 'no', own: AnyFact) => [
  own,
  fact('oci.repository', ociId('Repository', registry, repository), {}),
  fact('oci.tag', ociId('Tag', registry, `${repository}:stable`), {
    tag: 'stable',
    digest: `sha256:${'a'.repeat(64)}`,
  }),
  fact('oci.access', 'oci:Access/x', { user: 'ci', pull: 'yes', push, because: 'test' }),
  ...pod,
  ...chart,
];

function leversBy(facts: readonly AnyFact[]): Record<string, readonly string[]> {
  const estate = estateOf(facts, []);
  const graph = deriveGraph(estate, nodeRules, edgeRules, {});
  const shown: Record<string, readonly string[]> = {};
  for (const edge of graph.liveEdges()) {
    const levers = edge.rule.levers(edge, estate).map(({ action }) => action);
    for (const action of levers) expect(edge.rule.severedBy).toContain(action);
    if (['IMAGE_PUSH', 'IMAGE_PULL', 'TAG_MOVE', 'IMAGE_PUSH_RUNS', 'ARTIFACT_DELIVERS'].includes(edge.type))
      shown[edge.type] = levers;
  }
  return shown;
}

test('a registry that tells what it takes can be made to take nothing', () => {
  expect(leversBy(world('yes', told('basic', false)))).toEqual({
    IMAGE_PUSH: ['oci.suspend-user', 'oci.read-only'],
    IMAGE_PULL: ['oci.suspend-user'],
    TAG_MOVE: ['oci.read-only'],
    IMAGE_PUSH_RUNS: ['oci.read-only'],
    ARTIFACT_DELIVERS: ['kubernetes.suspend-delivery', 'oci.read-only'],
  });
});

test('once it takes nothing, nobody pushes, whoever holds a repository; pulling goes on', () => {
  expect(leversBy(world('no', told('basic', true)))).toEqual({ IMAGE_PULL: ['oci.suspend-user'] });
});

test('near miss: where it is not told there is no lever, and users of a token service are not in a file of ours', () => {
  expect(leversBy(world('yes', told('token')))).toEqual({
    IMAGE_PUSH: [],
    IMAGE_PULL: [],
    TAG_MOVE: [],
    IMAGE_PUSH_RUNS: [],
    ARTIFACT_DELIVERS: ['kubernetes.suspend-delivery'],
  });
});

test('near miss: another registry’s mode says nothing of this one', () => {
  const other = { ...told('basic', true), id: ociId('Registry', 'other.example') } as AnyFact;
  expect(Object.keys(leversBy(world('yes', other)))).toContain('IMAGE_PUSH_RUNS');
});
