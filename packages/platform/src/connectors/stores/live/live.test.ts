/**
 * Qdrant and Weaviate as their documentation describes them (no server of either installs here from a package registry): what is
 * asked, what is understood, and what a server that refuses or misbehaves leaves behind.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { collectEstate } from '../../../facts/collect.ts';
import stores from '../index.ts';

const key = 'the-key-of-the-inventory';
const signal = new AbortController().signal;
const qdrant: Readonly<Record<string, unknown>> = {
  '/': { title: 'qdrant - vector search engine', version: '1.15.1' },
  '/collections': { result: { collections: [{ name: 'docs' }, { name: 'a b' }] }, status: 'ok' },
  '/collections/docs': {
    result: { points_count: 7, config: { params: { vectors: { size: 768, distance: 'Cosine' } } } },
  },
  '/collections/a%20b': {
    result: { points_count: 0, config: { params: { vectors: { text: { size: 3 }, image: { size: 9 } } } } },
  },
};
const weaviate: Readonly<Record<string, unknown>> = {
  '/v1/meta': { version: '1.31.0' },
  '/v1/schema': { classes: [{ class: 'Docs' }, { class: 'Cases' }] },
  '/v1/authz/roles': [
    { name: 'reader', permissions: [{ action: 'read_data', data: { collection: 'Docs' } }, { action: 'read_roles' }] },
    {
      name: 'writer',
      permissions: [
        { action: 'update_data', data: { collection: '*' } },
        { action: 'create_data', data: { collection: '*' } },
      ],
    },
    { name: 'admin', permissions: [] },
  ],
  '/v1/users/db': [
    { userId: 'bot', roles: ['reader'], active: true },
    { userId: 'gone', roles: ['admin'], active: false },
  ],
};

const servers: Server[] = [];
async function serve(
  answers: Readonly<Record<string, unknown>>,
  open: (request: IncomingMessage) => boolean,
): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    const status = !open(request) ? 401 : answer === undefined ? 404 : 200;
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(status === 200 ? JSON.stringify(answer) : '{}');
  });
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}
const withKey = ({ headers }: IncomingMessage) =>
  headers['api-key'] === key || headers.authorization === `Bearer ${key}`;
let closedQdrant = '';
beforeAll(async () => {
  closedQdrant = await serve(qdrant, withKey);
});
afterEach(() => {
  delete process.env.FIREBREAK_QDRANT_API_KEY;
  delete process.env.FIREBREAK_WEAVIATE_API_KEY;
});
afterAll(() => {
  for (const server of servers) server.close();
});
const read = (spec: string) => collectEstate(stores, stores.parse(spec), signal);

connectorConformance({
  name: 'stores over Qdrant’s interface',
  connector: stores,
  open: async () => {
    process.env.FIREBREAK_QDRANT_API_KEY = key;
    return stores.connect(stores.parse(`qdrant=${closedQdrant}`), signal);
  },
  config: { good: { from: 'qdrant=http://x' }, bad: { from: '' } },
  secrets: [key],
});

test('qdrant: collections with their size, and that nobody is let in without a key', async () => {
  process.env.FIREBREAK_QDRANT_API_KEY = key;
  const { estate, gaps } = await read(`qdrant=${closedQdrant}`);
  expect(gaps).toEqual([]);
  expect(estate.all('store.store').map(({ data }) => data)).toMatchObject([
    { version: '1.15.1', anonymous: 'nothing', authentication: ['api-key'] },
  ]);
  expect(estate.all('store.collection').map(({ data }) => [data.name, data.dimensions, data.entries])).toEqual([
    ['a b', 9, 0],
    ['docs', 768, 7],
  ]);
});

test('qdrant that asks nobody is open to writers', async () => {
  const { estate } = await read(`qdrant=${await serve(qdrant, () => true)}`);
  expect(estate.all('store.store').map(({ data }) => data.anonymous)).toEqual(['write']);
});

test('a refusal is a gap', async () => {
  const { estate, gaps } = await read(`qdrant=${closedQdrant}`);
  expect(estate.size).toBe(0);
  expect(gaps.map(({ code }) => code)).toEqual(['FB-HTTP-UNAUTHORIZED']);
});

test('weaviate: roles with what they may do, users that are active', async () => {
  process.env.FIREBREAK_WEAVIATE_API_KEY = key;
  const { estate, gaps } = await read(`weaviate=${await serve(weaviate, withKey)}`);
  expect(gaps).toEqual([]);
  expect(estate.all('store.store').map(({ data }) => data)).toMatchObject([
    { software: 'weaviate', version: '1.31.0', anonymous: 'nothing' },
  ]);
  expect(estate.all('store.collection').map(({ data }) => data.name)).toEqual(['Cases', 'Docs']);
  expect(estate.all('store.grant').map(({ data }) => [data.role, data.mode, data.collection])).toEqual([
    ['reader', 'read', 'Docs'],
    ['writer', 'write', undefined],
  ]);
  expect(estate.all('store.role').map(({ data }) => [data.name, data.admin, data.memberOf])).toEqual([
    ['admin', true, []],
    ['bot', false, ['reader']],
    ['reader', false, []],
    ['writer', false, []],
  ]);
});

test.each<[string, unknown]>([
  ['wrong types', { result: { collections: 7 } }],
  ['names that are none', { result: { collections: [{ name: 5 }, { name: 'a\u0007' }, null] } }],
])('qdrant with %s makes no collection', async (_, collections) => {
  const { estate } = await read(`qdrant=${await serve({ ...qdrant, '/collections': collections }, () => true)}`);
  expect(estate.all('store.collection')).toEqual([]);
});
