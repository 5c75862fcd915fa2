/** What a catalog adds to the graph: notes on other systems' nodes, nodes of its own, and the access that it states. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { readEntity } from '../../../connectors/catalog/entity.ts';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { catalogLinks } from '../../catalog/entities.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => label.startsWith('STATED_'));

function facts(...entities: readonly object[]): AnyFact[] {
  return entities.flatMap((entity, index) => {
    const { fact, gaps } = readEntity({ apiVersion: 'backstage.io/v1alpha1', ...entity }, `test#${index}`);
    expect(gaps).toEqual([]);
    return fact === undefined ? [] : [fact];
  });
}
const resource = (name: string, type: string, spec: object = {}) => ({
  kind: 'Resource',
  metadata: { name },
  spec: { type, ...spec },
});
const graphOf = (all: readonly AnyFact[]) => deriveGraph(estateOf(all, []), nodeRules, rules);
const edgesOf = (all: readonly AnyFact[]) =>
  [...graphOf(all).liveEdges()].map(({ type, from, to }) => `${type} ${from} -> ${to}`);
const service = (access: readonly object[], more: object = {}) =>
  resource('summaries', 'ai-service', { firebreak: { vendor: 'Acme', access, ...more } });
const self = 'catalog:Resource/default/summaries';

test('a vendor’s service reaches what the catalog says that it reads or writes', () => {
  const world = facts(
    service([
      { to: 'resource:prompts', mode: 'read' },
      { to: 'resource:labels', mode: 'write' },
      { to: 's3://training', mode: 'read,write' },
      { to: 'https://github.com/Acme/Prompts', mode: 'read' },
      { to: 'git@git.example.com:ml/deploy.git', mode: 'write' },
    ]),
    resource('prompts', 'dataset'),
    resource('labels', 'dataset'),
  );
  expect(edgesOf(world).sort()).toEqual([
    `STATED_READ ${self} -> aws:Bucket/arn:aws:s3:::training`,
    `STATED_READ ${self} -> catalog:Resource/default/prompts`,
    `STATED_READ ${self} -> git:RepositoryContent/github.com/acme/prompts`,
    `STATED_WRITE ${self} -> aws:BucketWrite/arn:aws:s3:::training`,
    `STATED_WRITE ${self} -> catalog:ResourceWrite/default/labels`,
    `STATED_WRITE ${self} -> git:Repository/git.example.com/ml/deploy`,
  ]);
});

test.each([
  [
    'a dependency is no access',
    [resource('summaries', 'ai-service', { dependsOn: ['resource:data'] }), resource('data', 'dataset')],
  ],
  ['an entity that nobody described', [service([{ to: 'resource:missing', mode: 'read' }])]],
  [
    'a bare name',
    [
      service([{ to: 'training-bucket', mode: 'read' }]),
      resource('training-bucket', 'dataset', { firebreak: { nodes: ['x'] } }),
    ],
  ],
  [
    'a service has no content to read',
    [service([{ to: 'resource:other', mode: 'read' }]), resource('other', 'service')],
  ],
  ['a web address is no repository', [service([{ to: 'https://api.example.com/v1/things', mode: 'read' }])]],
  [
    'itself',
    [resource('summaries', 'dataset', { firebreak: { access: [{ to: 'resource:summaries', mode: 'read' }] } })],
  ],
])('no edge: %s', (_, entities) => expect(edgesOf(facts(...entities))).toEqual([]));

test('it speaks about a node of another system, which keeps what its own system says of it', () => {
  const account = normalise(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'trainer', namespace: 'ml' } } as never,
    { locator: 'test', defaultNamespace: 'default' },
  ).facts;
  const graph = graphOf([
    ...account,
    ...facts({
      kind: 'Component',
      metadata: {
        name: 'training',
        annotations: { 'firebreak.dev/node': 'kubernetes:ServiceAccount/ml/trainer', 'firebreak.dev/sla': '99.9' },
      },
      spec: { type: 'dataset', owner: 'ml', firebreak: { expires: '2027-01-01', crownJewel: 'trains everything' } },
    }),
  ]);
  const node = graph.nodes.find(({ id }) => id === 'kubernetes:ServiceAccount/ml/trainer');
  expect(node).toMatchObject({
    class: 'identity',
    name: 'trainer',
    about: { owner: 'ml', sla: '99.9' },
    tenure: { expires: '2027-01-01' },
    jewel: 'trains everything',
  });
  expect(graph.nodes.some(({ id }) => id.startsWith('catalog:'))).toBe(false);
});

test('relations are inventory, each in one direction', () => {
  const estate = estateOf(
    facts(
      resource('a', 'dataset', { dependencyOf: ['resource:b'], owner: 'team' }),
      resource('b', 'model', { firebreak: { nodes: ['aws:SageMakerModel/x'] }, dependsOn: ['resource:nobody'] }),
      { kind: 'Group', metadata: { name: 'team' }, spec: { type: 'team', children: [] } },
    ),
    [],
  );
  expect(catalogLinks(estate).map(({ from, relation, to }) => `${from} ${relation} ${to}`)).toEqual([
    'catalog:Resource/default/a ownedBy catalog:Group/default/team',
    'aws:SageMakerModel/x dependsOn catalog:Resource/default/a',
  ]);
});
