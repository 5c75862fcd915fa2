/** A real PostgreSQL with the real pgvector (peers/pgvector): tables, owners, grants, memberships, and who is let in. */
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { collectEstate } from '../../../facts/collect.ts';
import { deriveGraph } from '../../../graph/derive-graph.ts';
import storeContains from '../../../graph/edges/store/store-contains.ts';
import storeGrant from '../../../graph/edges/store/store-grant.ts';
import storeRoleMember from '../../../graph/edges/store/store-role-member.ts';
import stores from '../index.ts';

const signal = new AbortController().signal;
const password = 'password-of-the-reader';
const admin = process.env.FIREBREAK_PGVECTOR_URL ?? '';
let reader = '';

beforeAll(async () => {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query(`
    drop schema if exists rag cascade;
    drop role if exists fb_owner; drop role if exists fb_reader; drop role if exists fb_writer; drop role if exists fb_bot; drop role if exists fb_blind;
    create role fb_owner; create role fb_reader login password '${password}'; create role fb_writer; create role fb_bot login valid until '2030-01-01';
    create role fb_blind; grant fb_writer to fb_bot;
    create schema rag authorization fb_owner;
    grant usage on schema rag to fb_reader, fb_writer;
    set role fb_owner;
    create table rag.docs (id int, embedding vector(3)); create table rag.plain (id int);
    create table rag.halves (id int, h halfvec(5)); alter table rag.halves enable row level security;
    grant select on rag.docs to fb_reader; grant insert, update on rag.docs to fb_writer; grant select (id) on rag.halves to fb_reader;
    grant select on rag.docs to fb_blind;
    reset role;`);
  await client.end();
  const url = new URL(admin);
  url.username = 'fb_reader';
  url.password = password;
  reader = url.href;
});
const read = (spec: string) => collectEstate(stores, stores.parse(spec), signal);

connectorConformance({
  name: 'stores over pgvector, as a reader',
  connector: stores,
  open: () => stores.connect(stores.parse(reader), signal),
  config: { good: { from: 'postgres://x' }, bad: { from: '' } },
  secrets: [password],
  expectedGaps: ['FB-DATABASE-REFUSED'],
});

test('tables with vectors, their owners and dimensions; no other table', async () => {
  const { estate, gaps } = await read(admin);
  expect(gaps).toEqual([]);
  const [store] = estate.all('store.store');
  expect(store?.data).toMatchObject({ software: 'pgvector', anonymous: 'nothing' });
  expect(store?.data.version).toMatch(/^0\.\d+/);
  expect(estate.all('store.collection').map(({ data }) => [data.name, data.owner, data.dimensions, data.tags])).toEqual(
    [
      ['rag.docs', 'fb_owner', 3, {}],
      ['rag.halves', 'fb_owner', 5, { 'row-level-security': 'on' }],
    ],
  );
});

test('who may read and write: by grant, by column, by membership; not who cannot enter the schema', async () => {
  const { estate } = await read(admin);
  const graph = deriveGraph(estate, [], [storeContains, storeGrant, storeRoleMember]);
  const edges = [...graph.liveEdges()].map(({ from, to }) =>
    `${from} ${to}`.replace(/store:(\w+)\/[^/]+\/[^/]+\//g, '$1 '),
  );
  expect(edges).toEqual(
    expect.arrayContaining([
      'Role fb_reader Collection rag.docs',
      'Role fb_reader Collection rag.halves',
      'Role fb_writer CollectionWrite rag.docs',
      'Role fb_bot Role fb_writer',
      'Role fb_owner CollectionWrite rag.docs',
    ]),
  );
  for (const wrong of [
    'Role fb_reader CollectionWrite rag.docs',
    'Role fb_blind Collection rag.docs',
    'Role fb_writer Collection rag.docs',
  ])
    expect(edges).not.toContain(wrong);
  expect(estate.all('store.role').find(({ data }) => data.name === 'fb_bot')?.data).toMatchObject({
    canLogIn: true,
    expires: '2030-01-01T00:00:00.000Z',
  });
});

test.each([
  ['a role that there is none', { username: 'fb_nobody' }, 'FB-DATABASE-REFUSED'],
  ['a database that there is none', { pathname: '/fb_nothing' }, 'FB-DATABASE-REFUSED'],
  ['nobody there', { port: '9' }, 'FB-DATABASE-UNREACHABLE'],
])('%s is a gap', async (_, spoil, code) => {
  const url = new URL(admin);
  Object.assign(url, spoil);
  const { estate, gaps } = await read(url.href);
  expect(estate.size).toBe(0);
  expect(gaps.map((gap) => gap.code)).toEqual([code]);
});

test('a database without the extension is said, and is none of ours', async () => {
  const url = new URL(admin);
  url.pathname = '/template1';
  const { estate, gaps } = await read(url.href);
  expect([estate.size, gaps.map(({ code }) => code)]).toEqual([0, ['FB-OBJECT-IGNORED']]);
});
