/** Against MLflow's own server, with the basic-auth application and without it; and a file store that its own client wrote. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import mlflow from './index.ts';
import { type Seeded, seed, seedUser } from './testing/seed.case.ts';

const signal = new AbortController().signal;
const closed = process.env.FIREBREAK_MLFLOW_URL ?? '';
const open = process.env.FIREBREAK_MLFLOW_OPEN_URL ?? '';
const admin = process.env.FIREBREAK_MLFLOW_USER ?? '';
const password = process.env.FIREBREAK_MLFLOW_PASSWORD ?? '';
const withCredential = closed.replace('//', `//${admin}:${password}@`);
const name = `churn-${Date.now()}`;
let seeded: Seeded;

beforeAll(async () => {
  seeded = await seed(closed, admin, password, name);
  await seed(open, admin, password, name);
  await seedUser(closed, admin, password, name);
});

async function read(spec: string) {
  const session = await mlflow.connect(mlflow.parse(spec), signal);
  try {
    return await collectSession(mlflow, session, signal);
  } finally {
    await mlflow.close(session);
  }
}

connectorConformance({
  name: 'mlflow over a server with basic-auth',
  connector: mlflow,
  open: () => mlflow.connect(mlflow.parse(withCredential), signal),
  config: { good: { from: 'http://mlflow.example' }, bad: { from: '' } },
  secrets: [password, 'hunter2'],
  expectedGaps: ['FB-ACCESS-UNTOLD'],
});

test('experiments, runs with their source and datasets, models with aliases, versions with where they lie, users', async () => {
  const { estate } = await read(`${withCredential}#https://mlflow.example`);
  const server = 'mlflow.example';
  expect(estate.all('mlflow.server').map(({ data }) => data)).toMatchObject([{ server, authentication: 'basic' }]);
  expect(estate.all('mlflow.server')[0]?.data.version).toMatch(/^\d+\.\d+/);
  const experiment = estate.get('mlflow.experiment', `mlflow:Experiment/${server}/${seeded.experiment}`)?.data;
  expect(experiment).toMatchObject({ name, artifactLocation: `mlflow-artifacts:/${seeded.experiment}` });
  expect(experiment?.tags).toEqual({ team: 'risk' });
  expect(estate.get('mlflow.run', `mlflow:Run/${server}/${seeded.run}`)?.data).toMatchObject({
    user: 'ann',
    started: '2025-11-13T02:13:20.000Z',
    source: {
      name: 'train.py',
      commit: '0123456789abcdef0123456789abcdef01234567',
      repository: 'https://github.com/acme/churn.git',
    },
    params: ['depth'],
    metrics: ['auc'],
    datasets: [
      { name: 'customers', digest: 'abcd1234', source: 's3://lake/customers/v1', context: 'training' },
      { name: 'export', source: 'https://data.example/x.csv' },
    ],
    artifacts: [{ path: 'model', folder: true }],
  });
  expect(estate.get('mlflow.registered-model', `mlflow:RegisteredModel/${server}/${name}`)?.data).toMatchObject({
    aliases: [{ alias: 'champion', version: '2' }],
    tags: { owner: 'risk' },
  });
  const versions = estate.all('mlflow.model-version').filter(({ data }) => data.name === name);
  expect(versions.map(({ data }) => [data.version, data.storage, data.runId])).toEqual([
    ['1', `mlflow-artifacts:/${seeded.experiment}/${seeded.run}/artifacts/model`, seeded.run],
    ['2', `s3://models/${name}/2`, undefined],
  ]);
  const user = estate.get('mlflow.user', `mlflow:User/${server}/${name}`)?.data;
  expect(user).toMatchObject({ admin: false });
  expect(user?.permissions).toMatchObject([{ resource: 'registered_model', pattern: name, permission: 'EDIT' }]);
  expect(estate.get('mlflow.user', `mlflow:User/${server}/${admin}`)?.data.admin).toBe(true);
});

test('a server that asks nobody says so, and needs no credential', async () => {
  const { estate, gaps } = await read(open);
  expect(estate.all('mlflow.server')[0]?.data.authentication).toBe('none');
  expect(estate.all('mlflow.model-version').length).toBeGreaterThan(0);
  expect(gaps).toEqual([]);
});

test('without a credential, and as an ordinary user, what is missing is said', async () => {
  const nobody = await read(closed);
  expect(nobody.estate.all('mlflow.experiment')).toEqual([]);
  expect(nobody.gaps.map(({ code }) => code)).toContain('FB-HTTP-UNAUTHORIZED');
  const user = await read(closed.replace('//', `//${name}:password-of-the-user@`));
  expect(user.estate.all('mlflow.experiment').length).toBeGreaterThan(0);
  const permissions = user.estate.all('mlflow.user').map(({ data }) => [data.username, data.permissions.length]);
  expect(permissions).toContainEqual([name, 1]);
  expect(permissions).toContainEqual([admin, 0]);
  expect(user.gaps.map(({ code, kinds }) => [code, kinds])).toContainEqual(['FB-HTTP-FORBIDDEN', ['mlflow.user']]);
});

const folder = mkdtempSync(join(tmpdir(), 'firebreak-mlruns-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
test('a file store says the same as a server', async () => {
  const python = join(process.env.FIREBREAK_MLFLOW_BIN ?? '', 'python');
  const store = join(folder, 'mlruns');
  const script = new URL('testing/file-store.py', import.meta.url).pathname;
  execFileSync(python, [script, store], { stdio: 'pipe', cwd: folder });
  const { estate, gaps } = await read(`${store}#mlflow.example`);
  expect(gaps).toEqual([]);
  expect(estate.all('mlflow.experiment').map(({ data }) => [data.name, data.tags])).toContainEqual([
    'churn',
    { team: 'risk' },
  ]);
  expect(estate.all('mlflow.run').map(({ data }) => data)).toMatchObject([
    {
      user: 'ann',
      status: 'FINISHED',
      source: { name: 'train.py', repository: 'https://github.com/acme/churn' },
      params: ['depth'],
      metrics: ['auc'],
      datasets: [{ name: 'customers', digest: 'abcd1234', source: 's3://lake/customers/v1', context: 'training' }],
      artifacts: [{ path: 'model', folder: true }],
    },
  ]);
  expect(estate.all('mlflow.registered-model')[0]?.data.aliases).toEqual([{ alias: 'champion', version: '1' }]);
  expect(estate.all('mlflow.model-version')[0]?.data).toMatchObject({ version: '1', storage: 's3://models/churn/1' });
});
