import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FactTypes, storeName } from '@firebreak/contract';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, describe, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import stores from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-stores-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const secret = 'key-that-nobody-may-see';

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
write('all/qdrant/config.yaml', `service: {http_port: 6333, api_key: ${secret}}\nstorage: {}\n`);
write(
  'all/compose.yaml',
  `services: {db: {image: 'pgvector/pgvector:pg16', environment: {POSTGRES_PASSWORD: ${secret}}}, web: {image: nginx}}\n`,
);
write(
  'all/feature_store.yaml',
  `project: risk\nprovider: local\nregistry: s3://features/registry.db\nonline_store: {type: postgres, host: db.example.com, port: 5432, database: feast, password: ${secret}}\n`,
);
write('all/broken.yaml', 'a: [\n');

connectorConformance({
  name: 'stores over files',
  connector: stores,
  open: () => stores.connect(stores.parse(join(folder, 'all')), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID'],
});

async function read(path: string, content: string) {
  write(path, content);
  const { estate, gaps } = await collectEstate(stores, stores.parse(join(folder, dirname(path))), signal);
  return { stores: estate.all('store.store').map(({ data }) => data), estate, gaps };
}
type Expected = Partial<FactTypes['store.store']>;

describe('who is let in', () => {
  const weaviate = (environment: string) =>
    `services: {w: {image: cr.weaviate.io/semitechnologies/weaviate:1.30.0, environment: ${environment}}}\n`;
  test.each<[string, string, string, Expected]>([
    [
      'qdrant without a key',
      'q1/config.yaml',
      'service: {http_port: 6333}\nstorage: {}\n',
      { software: 'qdrant', anonymous: 'write', keysInFile: [] },
    ],
    [
      'qdrant with a key',
      'q2/config.yaml',
      'service: {api_key: abc}\n',
      { anonymous: 'nothing', authentication: ['api-key'], keysInFile: ['api_key'] },
    ],
    [
      'qdrant with a key from elsewhere',
      'q3/config.yaml',
      `service: {api_key: '\${KEY}'}\n`,
      { anonymous: 'nothing', keysInFile: [] },
    ],
    [
      'qdrant with a key for readers only',
      'q4/config.yaml',
      'service: {http_port: 1, read_only_api_key: abc}\n',
      { anonymous: 'write' },
    ],
    [
      'qdrant’s chart',
      'q5/values.yaml',
      'image: {repository: docker.io/qdrant/qdrant}\napiKey: true\n',
      { software: 'qdrant', anonymous: 'nothing', keysInFile: [] },
    ],
    [
      'weaviate by default',
      'w1/compose.yaml',
      weaviate('{}'),
      { software: 'weaviate', anonymous: 'write', version: '1.30.0' },
    ],
    [
      'weaviate with keys',
      'w2/compose.yaml',
      weaviate("{AUTHENTICATION_APIKEY_ENABLED: 'true', AUTHENTICATION_APIKEY_ALLOWED_KEYS: abc}"),
      { anonymous: 'nothing', keysInFile: ['AUTHENTICATION_APIKEY_ALLOWED_KEYS'] },
    ],
    [
      'weaviate with keys and for everybody',
      'w3/compose.yaml',
      weaviate('[AUTHENTICATION_APIKEY_ENABLED=true, AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true]'),
      { anonymous: 'write' },
    ],
    [
      'weaviate’s chart',
      'w4/values.yaml',
      'authentication: {anonymous_access: {enabled: false}, apikey: {enabled: true, allowed_keys: [abc]}}\n',
      { software: 'weaviate', anonymous: 'nothing', keysInFile: ['allowed_keys'] },
    ],
    [
      'milvus by default',
      'm1/milvus.yaml',
      'etcd: {}\ncommon: {security: {authorizationEnabled: false}}\n',
      { software: 'milvus', anonymous: 'write' },
    ],
    [
      'milvus closed',
      'm2/milvus.yaml',
      'etcd: {}\ncommon: {security: {authorizationEnabled: true, defaultRootPassword: Milvus}}\n',
      { anonymous: 'nothing', keysInFile: ['defaultRootPassword'] },
    ],
    [
      'milvus’ chart',
      'm3/values.yaml',
      'image: {all: {repository: milvusdb/milvus}}\nextraConfigFiles:\n  user.yaml: |\n    common:\n      security:\n        authorizationEnabled: true\n',
      { software: 'milvus', anonymous: 'nothing' },
    ],
    [
      'chroma',
      'c1/compose.yaml',
      'services: {c: {image: chromadb/chroma}}\n',
      { software: 'chroma', anonymous: 'write' },
    ],
    [
      'pgvector',
      'p1/compose.yaml',
      'services: {p: {image: pgvector/pgvector:pg17, environment: {POSTGRES_HOST_AUTH_METHOD: trust}}}\n',
      { software: 'pgvector', anonymous: 'write' },
    ],
    [
      'a configuration that is mounted may close it',
      'x1/compose.yaml',
      'services: {q: {image: qdrant/qdrant, volumes: [./config.yaml:/qdrant/config/production.yaml]}}\n',
      { anonymous: 'unknown' },
    ],
  ])('%s', async (_, path, content, expected) => expect((await read(path, content)).stores).toMatchObject([expected]));

  test.each([
    [
      'an image with a name alike',
      'n1/compose.yaml',
      'services: {a: {image: acme/qdrant-backup}, b: {image: qdrantqdrant}}\n',
    ],
    ['values of another chart', 'n2/values.yaml', 'image: {repository: nginx}\nauthentication: {enabled: true}\n'],
    ['a service of something else', 'n3/config.yaml', 'service: {name: x, port: 80}\n'],
    ['a project that is no feature store', 'n4/feature_store.yaml', 'project: x\n'],
  ])('near miss: %s', async (_, path, content) => expect((await read(path, content)).stores).toEqual([]));
});

test('Feast: backends, views with their sources, roles with their rights', async () => {
  await read(
    'feast/feature_store.yaml',
    'project: risk\nprovider: aws\nregistry: s3://features/registry.db\nonline_store: {type: redis, connection_string: "redis.example.com:6379"}\noffline_store: {type: postgres, host: db.example.com, port: 5433, database: feast}\nauth: {type: oidc}\n',
  );
  const { estate } = await read(
    'feast/registry.json',
    JSON.stringify({
      project: 'risk',
      featureViews: [
        {
          spec: {
            name: 'users',
            owner: 'ml',
            tags: { pii: 'yes' },
            batchSource: { fileOptions: { uri: 's3://lake/users.parquet' } },
          },
        },
        7,
      ],
      permissions: [
        {
          spec: {
            name: 'p',
            actions: ['READ_ONLINE', 'WRITE_OFFLINE'],
            policy: { roleBasedPolicy: { roles: ['trainer'] } },
          },
        },
      ],
    }),
  );
  const id = 'store:FeatureStore/feast/risk';
  expect(estate.get('store.store', id)?.data).toMatchObject({
    anonymous: 'nothing',
    authentication: ['oidc'],
    backends: ['s3://features/registry.db', 'postgresql://db.example.com:5433/feast'],
  });
  expect(estate.get('store.collection', 'store:FeatureView/feast/risk/users')?.data).toMatchObject({
    store: id,
    content: 'features',
    sources: ['s3://lake/users.parquet'],
    owner: 'ml',
  });
  expect(estate.all('store.grant').map(({ data }) => `${data.role} ${data.mode}`)).toEqual([
    'trainer read',
    'trainer write',
  ]);
});

test.each([
  ['http://qdrant.ml.svc.cluster.local:6333/', 'qdrant.ml.svc:6333'],
  ['https://X.cloud.qdrant.io:6333', 'x.cloud.qdrant.io:6333'],
  ['postgres://app@db.example.com/main?x=1', 'db.example.com:5432/main'],
  ['not an address', undefined],
])('%s is %s', (address, name) => expect(storeName(address)).toBe(name));

test.each([
  [
    'wrong types',
    'h1/compose.yaml',
    'services: {a: 1, b: [], c: {image: [x]}, d: {image: qdrant/qdrant, environment: [1, {a: b}], volumes: 7}}\n',
  ],
  ['a name with control characters', 'h2/compose.yaml', 'services: {"a\\u001b[2J": {image: qdrant/qdrant}}\n'],
  [
    'prototype names',
    'h3/compose.yaml',
    'services: {__proto__: {image: qdrant/qdrant}, constructor: {image: qdrant/qdrant}}\n',
  ],
])('hostile: %s', async (_, path, content) => {
  const { estate } = await read(path, content);
  for (const { id } of estate.all('store.store')) expect(id).not.toMatch(/\p{Cc}/u);
});

test('what is no source is refused', async () => {
  expect(() => stores.parse('')).toThrow('FB-USAGE');
  expect(() => stores.parse('qdrant=localhost')).toThrow('FB-USAGE');
  await expect(stores.connect(stores.parse(join(folder, 'none')), signal)).rejects.toThrow('FB-SOURCE-UNREADABLE');
});
