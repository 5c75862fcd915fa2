/**
 * Revoking on a PostgreSQL with pgvector itself: a client that logs in as the abused role is the judge. Then the way that a plan takes: the
 * graph names the lever, the lever is pulled, the edges that named it are gone in a fresh collect, and come back with its undo.
 */
import { randomBytes } from 'node:crypto';
import type { AnyFact, Lever } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import type { GraphEdge } from '../../../graph/attack-graph.ts';
import { deriveGraph } from '../../../graph/derive-graph.ts';
import { edgeRules } from '../../../graph/edges/index.ts';
import { writeId } from '../../../graph/names/storage-uri.ts';
import { nodeRules } from '../../../graph/nodes/index.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import stores from '../index.ts';
import { nameOf } from '../live/database.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_PGVECTOR_URL ?? '';
const run = randomBytes(4).toString('hex');
const [bot, group, table] = [`bot-${run}`, `writers-${run}`, `Docs ${run}`];
const admin = new pg.Client({ connectionString: url });

beforeAll(async () => {
  await admin.connect();
  await admin.query(`create role "${group}"; create role "${bot}" login password 'x'; grant "${group}" to "${bot}"`);
  await admin.query(`create table public."${table}" (id int, body text, embedding vector(3))`);
  await admin.query(`grant select, insert, delete on public."${table}" to "${bot}" with grant option`);
  await admin.query(`grant update (body) on public."${table}" to "${bot}"`);
});
afterAll(async () => {
  await admin.query(`drop table public."${table}"; drop role "${bot}"; drop role "${group}"`);
  await admin.end();
});

/** What the abused role gets done: SQLSTATE of the refusal, or nothing. */
async function attack(sql: string): Promise<string> {
  const address = new URL(url);
  address.username = bot;
  address.password = 'x';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  try {
    await client.query(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'lost';
  } finally {
    await client.end();
  }
}
const poison = () => attack(`insert into public."${table}" values (1, 'poison', '[1,2,3]')`);
const rewrite = () => attack(`update public."${table}" set body = 'poison'`);
const look = () => attack(`select id from public."${table}"`);
const acl = async () =>
  (
    await admin.query(
      `select relacl::text, (select array_agg(attacl::text order by attnum) from pg_attribute where attrelid = c.oid) as columns
       from pg_class c where relname = $1`,
      [table],
    )
  ).rows;

const params = (mode: 'read' | 'write', role = bot) => ({ store: nameOf(url), role, schema: 'public', table, mode });
async function at(of: object) {
  const action = actions.find(({ id }) => id === 'stores.revoke-grant');
  if (action?.reversal.kind !== 'restore') throw new Error('no action');
  const { restore } = action.reversal;
  const attempt = { session: await stores.connect(stores.parse(url), signal), signal, key: 'test' };
  const parsed: unknown = action.params.parse(of);
  expect(stores.answersFor?.(attempt.session, parsed)).toBe(true);
  const before = await action.read(attempt, parsed);
  const record: unknown = action.before.parse(JSON.parse(JSON.stringify(before.record)));
  return {
    action,
    record,
    apply: () => action.apply(attempt, parsed, record),
    preview: () => action.preview(parsed, record),
    probe: async () => (await action.probe(attempt, parsed, before)).map(({ result }) => result),
    inEffect: async () => action.inEffect((await action.read(attempt, parsed)).record, parsed, record),
    undo: (force = false) => restore({ ...attempt, ...(force ? { force } : {}) }, parsed, record),
  };
}

test('writing: done before, refused after, done again after undo; every grant is as it was', async () => {
  const start = await acl();
  expect([await poison(), await rewrite(), await look()]).toEqual(['done', 'done', 'done']);
  const step = await at(params('write'));
  expect(step.preview()).toMatchObject([
    { request: expect.stringContaining(`UPDATE ("body") on "public"."${table}"`) },
  ]);
  expect(await step.apply()).toEqual({ outcome: 'done' });
  expect([await poison(), await rewrite(), await look()]).toEqual(['42501', '42501', 'done']);
  expect([await step.inEffect(), await step.probe()]).toEqual([true, ['holds']]);
  expect(await step.apply()).toEqual({ outcome: 'done' });
  expect(await step.undo()).toEqual({ outcome: 'done' });
  expect(await acl()).toEqual(start);
  expect([await poison(), await rewrite()]).toEqual(['done', 'done']);
  expect(await step.undo()).toEqual({ outcome: 'done' });
});

test('reading likewise', async () => {
  const start = await acl();
  const step = await at(params('read'));
  expect(await step.apply()).toEqual({ outcome: 'done' });
  expect([await look(), await poison()]).toEqual(['42501', 'done']);
  expect(await step.probe()).toEqual(['holds']);
  expect(await step.undo()).toEqual({ outcome: 'done' });
  expect(await acl()).toEqual(start);
});

test('what somebody changed since is refused, and what they granted again is theirs', async () => {
  const step = await at(params('write'));
  await admin.query(`revoke delete on public."${table}" from "${bot}"`);
  expect(await step.apply()).toMatchObject({ outcome: 'refused', code: 'FB-STEP-CHANGED', retryable: true });
  await admin.query(`grant delete on public."${table}" to "${bot}" with grant option`);
  expect(await step.apply()).toEqual({ outcome: 'done' });
  await admin.query(`grant insert on public."${table}" to "${bot}"`);
  expect(await step.undo()).toMatchObject({ outcome: 'refused', code: 'FB-UNDO-CHANGED' });
  await admin.query(`revoke insert on public."${table}" from "${bot}"`);
  expect(await step.undo()).toEqual({ outcome: 'done' });
  expect(await poison()).toBe('done');
});

test('a right that comes another way is told by the probe, and an owner is not revoked', async () => {
  await admin.query(`grant insert, delete on public."${table}" to "${group}"`);
  const step = await at(params('write'));
  expect(await step.apply()).toEqual({ outcome: 'done' });
  expect([await poison(), await step.probe()]).toEqual(['done', ['fails']]);
  expect(await step.undo()).toEqual({ outcome: 'done' });
  await admin.query(`revoke insert, delete on public."${table}" from "${group}"`);
  const owner = await at(params('write', 'postgres'));
  expect(owner.preview()).toEqual([]);
  expect(await owner.apply()).toMatchObject({ outcome: 'refused', code: 'FB-STEP-REFUSED' });
  const gone = await at({ ...params('write'), table: 'no such table' });
  expect(await gone.apply()).toEqual({ outcome: 'done' });
});

test('the graph names the lever, a plan uses it and checks, and the edge is gone in a fresh collect', async () => {
  const collected = async () => {
    const session = await stores.connect(stores.parse(url), signal);
    const { estate } = await collectSession(stores, session, signal);
    return { estate, graph: deriveGraph(estate, nodeRules, edgeRules, {}) };
  };
  const inWords = ({ type, from, to }: GraphEdge) => `${type} ${from} -> ${to}`;
  const { estate, graph } = await collected();
  const role = `store:Role/${nameOf(url)}/${bot}`;
  const target = writeId(`store:Collection/${nameOf(url)}/public.${table}`);
  const ours = [...graph.liveEdges()].filter(({ from, to }) => from === role && to === target);
  const levers: readonly Lever[] = ours.flatMap((edge) => edge.rule.levers(edge, estate));
  expect(levers).toMatchObject([{ action: 'stores.revoke-grant', params: params('write') }]);

  const plan = makePlan(
    graph,
    { compromised: [graph.resolve(role)], protect: `id=${target}`, actions },
    await loadSolver(),
  );
  expect(plan.steps.map(({ lever }) => lever)).toEqual(levers);
  expect(checkPlan(plan, graph)).toMatchObject({ ok: true });

  const step = await at(params('write'));
  expect(await step.apply()).toEqual({ outcome: 'done' });
  const left = [...(await collected()).graph.liveEdges()].map(inWords);
  for (const edge of ours) expect(left).not.toContain(inWords(edge));
  expect(await step.undo()).toEqual({ outcome: 'done' });
  expect([...(await collected()).graph.liveEdges()].map(inWords)).toEqual([...graph.liveEdges()].map(inWords));
});

test('files, and another database, are refused; nothing is offered to owners and on stores that are no PostgreSQL', async () => {
  const action = actions.find(({ id }) => id === 'stores.revoke-grant');
  const attempt = (from: string) => ({ session: { from }, signal, key: 'test' });
  await expect(action?.read(attempt('./x'), params('write'))).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
  await expect(action?.read(attempt('postgres://db.example/x'), params('write'))).rejects.toMatchObject({
    code: 'FB-NOT-FOUND',
  });
  await expect(
    action?.read(attempt('postgres://127.0.0.1:9/x'), { ...params('write'), store: '127.0.0.1:9/x' }),
  ).rejects.toMatchObject({ code: 'FB-DATABASE-UNREACHABLE' });
  const grants: readonly AnyFact[] = (await collectSession(stores, { from: url }, signal)).estate
    .all('store.grant')
    .filter(({ data }) => data.role === 'postgres');
  expect(grants.length).toBeGreaterThan(0);
});
