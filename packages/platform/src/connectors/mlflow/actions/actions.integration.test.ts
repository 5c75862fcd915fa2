/**
 * The levers on the MLflow server itself, with its basic-auth application: with the cases of the suite, and with a plain client that has a
 * stolen password. What it gets is the judge, not what we read.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { leverSuite } from '../../../exchange/testing/lever-suite.case.ts';
import { basic } from '../../../intake/http.ts';
import mlflow from '../index.ts';
import type { MlflowSession } from '../session.ts';
import { seed, seedUser } from '../testing/seed.case.ts';
import { cases, type ServerSession, stateOf, type World, watch } from './cases/world.case.ts';
import { actions } from './index.ts';

const signal = new AbortController().signal;
const url = process.env.FIREBREAK_MLFLOW_URL ?? '';
const user = process.env.FIREBREAK_MLFLOW_USER ?? '';
const password = process.env.FIREBREAK_MLFLOW_PASSWORD ?? '';
let session: ServerSession;
let worlds = 0;

async function ask(path: string, body: object, as = basic(user, password)): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: as };
  return (await fetch(`${url}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

beforeAll(async () => {
  vi.stubEnv('MLFLOW_TRACKING_USERNAME', user);
  vi.stubEnv('MLFLOW_TRACKING_PASSWORD', password);
  const opened = await mlflow.connect(mlflow.parse(url), signal);
  if (opened.kind === 'folder') throw new Error('it is no folder');
  session = opened;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await mlflow.close(session);
});

/** A model and a user of their own, both of one name. */
async function makeWorld(): Promise<World> {
  worlds += 1;
  const name = `levers-${process.pid}-${worlds}`;
  await seed(url, user, password, name);
  await seedUser(url, user, password, name);
  await ask('2.0/mlflow/model-versions/create', { name, source: `s3://models/${name}/3` });
  return { session, name, admin: async (path, body) => void expect(await ask(path, body)).toBe(200) };
}

leverSuite<MlflowSession, World>({
  name: 'the real server',
  actions,
  cases,
  make: makeWorld,
  session: (world) => world.session,
  watch: (opened, interruption) => {
    if (opened.kind === 'folder') throw new Error('it is no folder');
    return watch(opened, interruption);
  },
  stateOf,
});

describe('before, after, and again after undo', () => {
  async function pull(id: string, params: object) {
    const action = actions.find((each) => each.id === id);
    if (action?.reversal.kind !== 'restore') throw new Error(`no action ${id}`);
    const { restore } = action.reversal;
    const attempt = { session, signal, key: 'test' };
    const parsed: unknown = action.params.parse({ server: session.server, ...params });
    const before = await action.read(attempt, parsed);
    expect(await action.apply(attempt, parsed, before.record)).toEqual({ outcome: 'done' });
    return async () => expect(await restore(attempt, parsed, before.record)).toEqual({ outcome: 'done' });
  }

  test('whoever loads by the alias gets the attacker’s version, then the verified one', async () => {
    const { name } = await makeWorld();
    const loads = async () => {
      const query = new URLSearchParams({ name, alias: 'champion' });
      const headers = { authorization: basic(name, 'password-of-the-user') };
      const answer = await fetch(`${url}/api/2.0/mlflow/registered-models/alias?${query}`, { headers });
      return ((await answer.json()) as { model_version: { version: string } }).model_version.version;
    };
    expect(await loads()).toBe('2');
    const undo = await pull('mlflow.move-alias', { name, alias: 'champion', to: '1' });
    expect(await loads()).toBe('1');
    await undo();
    expect(await loads()).toBe('2');
  });

  test('whoever loads by stage gets the attacker’s version, then none', async () => {
    const { name } = await makeWorld();
    await ask('2.0/mlflow/model-versions/transition-stage', {
      name,
      version: '2',
      stage: 'Production',
      archive_existing_versions: false,
    });
    const loads = async () => {
      const headers = { 'content-type': 'application/json', authorization: basic(name, 'password-of-the-user') };
      const body = JSON.stringify({ name, stages: ['Production'] });
      const path = `${url}/api/2.0/mlflow/registered-models/get-latest-versions`;
      const answer = await fetch(path, { method: 'POST', headers, body });
      const { model_versions = [] } = (await answer.json()) as { model_versions?: { version: string }[] };
      return model_versions.map(({ version }) => version);
    };
    expect(await loads()).toEqual(['2']);
    const undo = await pull('mlflow.archive-version', { name, version: '2' });
    expect(await loads()).toEqual([]);
    await undo();
    expect(await loads()).toEqual(['2']);
  });

  test('a stolen password adds versions and moves aliases, then neither', async () => {
    const { name } = await makeWorld();
    const stolen = basic(name, 'password-of-the-user');
    const poison = () => ask('2.0/mlflow/model-versions/create', { name, source: 's3://models/poisoned' }, stolen);
    const move = () => ask('2.0/mlflow/registered-models/alias', { name, alias: 'champion', version: '3' }, stolen);
    expect([await poison(), await move()]).toEqual([200, 200]);
    const undo = await pull('mlflow.deny-model', { name, username: name });
    expect([await poison(), await move()]).toEqual([403, 403]);
    await undo();
    expect([await poison(), await move()]).toEqual([200, 200]);
  });
});
