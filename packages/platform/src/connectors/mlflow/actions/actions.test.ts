import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leverSuite } from '../../../exchange/testing/lever-suite.case.ts';
import mlflow from '../index.ts';
import type { MlflowSession } from '../session.ts';
import { memoryWorld } from './cases/memory-server.case.ts';
import { cases, stateOf, type World, watch } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;

leverSuite<MlflowSession, World>({
  name: 'memory',
  actions,
  cases,
  make: async () => memoryWorld(),
  session: ({ session }) => session,
  watch: (session, interruption) => {
    if (session.kind === 'folder') throw new Error('a folder has no levers');
    return watch(session, interruption);
  },
  stateOf,
});

test('every action is in its own file, is named like it, has a case and says what it needs', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `mlflow.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual(files.sort());
  for (const { id, permissions } of actions) expect(mlflow.permissions([id])).toContain(permissions[0]);
});

test('a folder, another server, an administrator and a version that is not there are refused', async () => {
  const { session, name } = memoryWorld();
  const run = async (id: string, params: object, on: MlflowSession = session) => {
    const action = actions.find((each) => each.id === id);
    const parsed: unknown = action?.params.parse({ server: session.server, name, ...params });
    const attempt = { session: on, signal, key: 'test' };
    const { record } = (await action?.read(attempt, parsed)) ?? {};
    return action?.apply(attempt, parsed, record);
  };
  const move = { alias: 'champion', to: '1' };
  const folder: MlflowSession = { kind: 'folder', folder: 'mlruns', server: session.server };
  await expect(run('mlflow.move-alias', move, folder)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
  await expect(run('mlflow.move-alias', { ...move, server: 'other' })).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  const refused = { outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false };
  expect(await run('mlflow.move-alias', { alias: 'champion', to: '9' })).toMatchObject(refused);
  expect(await run('mlflow.deny-model', { username: 'admin' })).toMatchObject(refused);
  expect(mlflow.canAct?.(folder)).toBe(false);
  expect(mlflow.answersFor?.(session, { server: session.server })).toBe(true);
});
