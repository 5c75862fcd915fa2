/** Stores: from the process, the grant or the open door to the content, and from who writes to the agent that reads. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { readProject } from '../../../connectors/agents/testing/project.case.ts';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import collection from '../../nodes/store/collection.ts';
import storeKey from '../../nodes/store/store-key.ts';
import storeRole from '../../nodes/store/store-role.ts';
import vectorStore from '../../nodes/store/vector-store.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) =>
  /^(STORE_|COLLECTION_STEERS|TOOL_REACHES_STORE|SOURCE_FEEDS|REPOSITORY_DEFINES_STORE|REPOSITORY_HOLDS|AGENT_CREDENTIAL_OPENS)/.test(
    label,
  ),
);
const nodes = [collection, storeKey, storeRole, vectorStore];
const address = 'qdrant.ml.svc:6333';

function edgesOf(facts: readonly AnyFact[], pattern: RegExp): string[] {
  const graph = deriveGraph(estateOf(facts, []), nodes, rules);
  return [...graph.liveEdges()]
    .filter(({ type }) => pattern.test(type))
    .map(({ from, to }) => `${from} -> ${to}`.replaceAll(address, '@').replaceAll('store:', ''))
    .sort();
}
const fact = (kind: string, id: string, data: object): AnyFact =>
  ({ id, kind, data, source: { connector: 'test', locator: 'test' } }) as unknown as AnyFact;
const store = (more: object = {}) =>
  fact('store.store', `store:VectorStore/${address}`, {
    name: 'q',
    software: 'qdrant',
    address: `http://${address}`,
    anonymous: 'unknown',
    authentication: [],
    keysInFile: [],
    backends: [],
    ...more,
  });
const item = (name: string, more: object = {}) =>
  fact('store.collection', `store:Collection/${address}/${name}`, {
    store: `store:VectorStore/${address}`,
    name,
    content: 'vectors',
    sources: [],
    tags: {},
    ...more,
  });
const role = (name: string, more: object = {}) =>
  fact('store.role', `store:Role/${address}/${name}`, {
    store: `store:VectorStore/${address}`,
    name,
    admin: false,
    memberOf: [],
    ...more,
  });
const grant = (of: string, mode: string, where?: string) =>
  fact('store.grant', `store:Grant/${of}/${mode}/${where}`, {
    store: `store:VectorStore/${address}`,
    role: of,
    mode,
    collection: where,
  });

function workload(image: string, container: object = {}, port = 6333): AnyFact[] {
  const labels = { app: 'q' };
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'q', namespace: 'ml' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main', image, ...container }] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'qdrant', namespace: 'ml' },
      spec: { selector: labels, ports: [{ port }] },
    },
  ];
  return objects.flatMap(
    (object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts,
  );
}
const rag = (env: object) =>
  readProject({ 'claude_desktop_config.json': { mcpServers: { rag: { command: 'x', env } } } });
const qdrantEnv = {
  QDRANT_URL: 'http://qdrant.ml.svc.cluster.local:6333',
  COLLECTION_NAME: 'docs',
  QDRANT_API_KEY: 'abcdefgh',
};
const desktop = 'agent:Agent/github.com/acme/bot/claude-desktop';
const tool = 'agent:Tool/github.com/acme/bot/claude_desktop_config.json/rag/*';

test('what runs in Kubernetes has the name that its users write down', () => {
  const image = `registry.example/mirror/qdrant/qdrant:v1@sha256:${'a'.repeat(64)}`;
  expect(edgesOf(workload(image), /^STORE_PROCESS/)).toEqual([
    'kubernetes:Container/ml/q/main -> VectorStore/@',
    'kubernetes:Container/ml/q/main -> VectorStoreWrite/@',
  ]);
});

test.each([
  ['another image', workload('qdrant/web-ui')],
  ['another port', workload('qdrant/qdrant', {}, 6334)],
  ['no service', workload('qdrant/qdrant').filter(({ kind }) => kind !== 'kubernetes.service')],
])('no store: %s', (_, facts) => expect(edgesOf(facts, /^STORE_/)).toEqual([]));

const door = 'kubernetes:Endpoint/ml/qdrant/service/6333-TCP';
test.each<[string, AnyFact[], string[]]>([
  [
    'nothing says that it asks',
    workload('qdrant/qdrant'),
    [`${door} -> VectorStore/@`, `${door} -> VectorStoreWrite/@`],
  ],
  [
    'a key is set',
    workload('qdrant/qdrant', {
      env: [{ name: 'QDRANT__SERVICE__API_KEY', valueFrom: { secretKeyRef: { name: 'k', key: 'k' } } }],
    }),
    [],
  ],
  [
    'its configuration is mounted',
    workload('qdrant/qdrant', { volumeMounts: [{ name: 'c', mountPath: '/qdrant/config/production.yaml' }] }),
    [],
  ],
  ['it was asked, and asks', [...workload('qdrant/qdrant'), store({ anonymous: 'nothing' })], []],
  [
    'it was asked, and lets readers in',
    [...workload('qdrant/qdrant'), store({ anonymous: 'read' })],
    [`${door} -> VectorStore/@`],
  ],
])('open door: %s', (_, facts, edges) => expect(edgesOf(facts, /^STORE_OPEN/)).toEqual(edges));

test('grants, administrators and memberships', () => {
  const facts = [
    store(),
    item('docs'),
    role('a', { memberOf: ['b', 'nobody'] }),
    role('b'),
    role('root', { admin: true }),
    grant('b', 'write', 'docs'),
    grant('a', 'read'),
  ];
  expect(edgesOf(facts, /^STORE_(GRANT|ROLE)/)).toEqual([
    'Role/@/a -> Role/@/b',
    'Role/@/a -> VectorStore/@',
    'Role/@/b -> CollectionWrite/@/docs',
    'Role/@/root -> VectorStore/@',
    'Role/@/root -> VectorStoreWrite/@',
  ]);
});

test('whoever writes to the collection speaks to the agent that looks things up there', async () => {
  const { facts } = await rag(qdrantEnv);
  expect(edgesOf(facts, /^COLLECTION_STEERS/)).toEqual([`CollectionWrite/@/docs -> ${desktop}`]);
  expect(edgesOf(facts, /^STORE_CONTAINS/)).toEqual([
    'VectorStore/@ -> Collection/@/docs',
    'VectorStoreWrite/@ -> CollectionWrite/@/docs',
  ]);
  expect(edgesOf(facts, /^TOOL_REACHES/)).toEqual([
    `${tool} -> Collection/@/docs`,
    `${tool} -> CollectionWrite/@/docs`,
  ]);
});

test.each([
  ['a store with another port', { QDRANT_URL: 'http://qdrant.ml.svc:7000' }],
  ['a bare host in somebody’s own network', { QDRANT_URL: 'http://qdrant:6333' }],
  ['a collection without a store', { COLLECTION_NAME: 'docs' }],
  ['a store from a variable', { QDRANT_URL: `\${QDRANT_URL}`, COLLECTION_NAME: 'docs' }],
])('no way from %s', async (_, env) => {
  const { facts } = await rag(env);
  expect(edgesOf([...facts, store(), item('docs')], /^(COLLECTION_STEERS|TOOL_REACHES)/)).toEqual([]);
});

test('a key that an agent’s tool holds opens the store at its address, a database user its role', async () => {
  const { facts } = await rag({ ...qdrantEnv, DATABASE_URL: 'postgres://app:secretpw@pg.ml.svc.cluster.local/rag' });
  const database = fact('store.store', 'store:VectorStore/pg.ml.svc:5432/rag', {
    ...store().data,
    address: 'postgres://pg.ml.svc:5432/rag',
    software: 'pgvector',
  });
  const opened = edgesOf([...facts, store(), database], /^AGENT_CREDENTIAL_OPENS/).map((edge) =>
    edge.replace(/^.*\//, '').replace(/^.* -> /, ''),
  );
  expect(
    edgesOf([...facts, store(), database], /^AGENT_CREDENTIAL_OPENS/).map((edge) => edge.split(' -> ')[1]),
  ).toEqual(['Role/pg.ml.svc:5432/rag/app', 'VectorStore/@', 'VectorStoreWrite/@']);
  expect(opened).toHaveLength(3);
});

test('features: from the source and from the definitions', () => {
  const id = 'store:FeatureStore/feast/risk';
  const facts = [
    fact('store.store', id, {
      ...store().data,
      software: 'feast',
      address: undefined,
      repository: 'https://github.com/acme/features',
    }),
    fact('store.collection', 'store:FeatureView/feast/risk/users', {
      store: id,
      name: 'users',
      content: 'features',
      sources: ['s3://lake/users', 'kafka.topic'],
      tags: {},
    }),
  ];
  expect(edgesOf(facts, /^(SOURCE_FEEDS|REPOSITORY_DEFINES)/)).toEqual([
    'aws:BucketWrite/arn:aws:s3:::lake -> FeatureViewWrite/feast/risk/users',
    'git:Repository/github.com/acme/features -> FeatureStoreWrite/feast/risk',
  ]);
});

test('a key in a file of a checkout is read by whoever has the repository', () => {
  const facts = [store({ keysInFile: ['api_key', 'read_only_api_key'], repository: 'git@github.com:acme/infra.git' })];
  expect(edgesOf(facts, /^(STORE_KEY|REPOSITORY_HOLDS)/)).toEqual([
    'Credential/@/api_key -> VectorStore/@',
    'Credential/@/api_key -> VectorStoreWrite/@',
    'Credential/@/read_only_api_key -> VectorStore/@',
    'git:RepositoryContent/github.com/acme/infra -> Credential/@/api_key',
    'git:RepositoryContent/github.com/acme/infra -> Credential/@/read_only_api_key',
  ]);
});
