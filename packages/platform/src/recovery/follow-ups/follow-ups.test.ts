/** What shall be gone, asked of the graph: gone, there, or nobody can tell; and a date that passes. */
import { FirebreakError } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { testDesk } from '../testing/desk.case.ts';
import { createFollowUps } from './follow-ups.ts';

const desk = await testDesk('2026-11-22T00:00:00.000Z');
const { clock, storage, ledger } = desk;
const followUps = createFollowUps({ store: storage.recoveryStore, ledger, clock });
await desk.incident('inc_1');
afterAll(() => desk.close());

const host = '127.0.0.1:5000';
const at = { connector: 'mlflow', locator: 'test' };
/** A server on which mallory may, or may not, edit the one model. */
function graph(mayEdit: boolean, gaps: Parameters<typeof estateOf>[1] = []): AttackGraph {
  const permissions = mayEdit ? [{ resource: 'registered_model', pattern: 'fraud', permission: 'EDIT' }] : [];
  const facts = [
    { kind: 'mlflow.server', id: `mlflow:Server/${host}`, data: { server: host, authentication: 'basic' } },
    {
      kind: 'mlflow.registered-model',
      id: `mlflow:RegisteredModel/${host}/fraud`,
      data: { server: host, name: 'fraud', aliases: [], tags: {} },
    },
    {
      kind: 'mlflow.user',
      id: `mlflow:User/${host}/mallory`,
      data: { server: host, username: 'mallory', admin: false, permissions },
    },
  ].map((fact) => ({ ...fact, source: at }));
  return deriveGraph(estateOf(facts as never, gaps), nodeRules, edgeRules, {});
}
const open = (days: number) =>
  followUps.open({
    incident: 'inc_1',
    title: 'Take EDIT from mallory',
    detail: '',
    kind: 'least-privilege',
    about: { is: 'reach', from: `mlflow:User/${host}/mallory`, to: `mlflow:RegisteredModel/${host}/fraud` },
    owner: 'mlops',
    due: new Date(clock.now().getTime() + days * 86_400_000).toISOString(),
    by: 'ann',
  });
const kinds = async () => {
  const found: string[] = [];
  for await (const { entry } of ledger.entries('inc_1')) found.push(entry.kind);
  return found;
};
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

test('there, overdue when its day passes, gone when the graph says so; each turn once in the ledger', async () => {
  const { id } = await open(2);
  const audited = async (of: AttackGraph) => (await followUps.audit(of, 'ann')).find((each) => each.id === id);
  expect(await audited(graph(true))).toMatchObject({ state: 'open', overdue: false, audit: { result: 'there' } });
  await audited(graph(true));
  expect((await kinds()).filter((kind) => kind === 'follow-up.audited')).toHaveLength(1);
  expect(await code(followUps.close({ id, by: 'ann', reason: 'looks fine', accept: false }))).toBe('FB-RECOVERY-STATE');

  clock.advance(3 * 86_400_000);
  expect((await followUps.list('inc_1'))[0]).toMatchObject({ overdue: true });
  expect(await audited(graph(false))).toMatchObject({ state: 'gone', overdue: false });
});

test('what is due is due once: the audit of its day, and then the next that somebody asks for', async () => {
  const { id } = await open(2);
  const due = async () => (await followUps.due()).some((each) => each.id === id);
  await followUps.audit(graph(true), 'ann');
  expect(await due()).toBe(false);
  clock.advance(3 * 86_400_000);
  expect(await due()).toBe(true);
  await followUps.audit(graph(true), 'server');
  expect(await due()).toBe(false);
  expect((await followUps.list('inc_1')).find((each) => each.id === id)).toMatchObject({ overdue: true });
  await followUps.audit(graph(false), 'ann');
});

test('what could not be read is not gone', async () => {
  const { id } = await open(2);
  const gap = {
    kinds: ['mlflow.user'],
    where: host,
    code: 'FB-HTTP-FORBIDDEN',
    reason: 'Users were not read.',
    next: '',
  };
  const [found] = (await followUps.audit(graph(false, [gap]), 'ann')).filter((each) => each.id === id);
  expect(found).toMatchObject({ state: 'open', audit: { result: 'cannot-tell' } });
  expect(await followUps.close({ id, by: 'ann', reason: 'accepted until spring', accept: true })).toMatchObject({
    state: 'closed',
  });
  expect(await code(followUps.close({ id, by: 'ann', reason: 'again', accept: true }))).toBe('FB-RECOVERY-STATE');
});
