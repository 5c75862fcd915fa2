/** From a folder as MLflow's file store writes it (live.integration.test.ts has its own client write one), and against bad servers. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, describe, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { type Handler, sendJson, sendWithoutEnd, startServer } from '../../intake/testing/server.case.ts';
import mlflow from './index.ts';

const signal = new AbortController().signal;
const config = { good: { from: 'x' }, bad: { from: '' } };
const folder = mkdtempSync(join(tmpdir(), 'firebreak-mlflow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = '15061c4f47a24f4f8f24c41a67a7a8b0';
const dataset = '3b17aba87867a06d7e3097ea73aa1c06';
const store: Readonly<Record<string, string>> = {
  '1/meta.yaml': `artifact_location: s3://me:hunter2@experiments/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: churn\n`,
  '1/tags/team': 'risk',
  [`1/${run}/meta.yaml`]: `experiment_id: '1'\nrun_id: ${run}\nrun_name: nightly\nstart_time: 1763000000000\nstatus: 3\nuser_id: ann\n`,
  [`1/${run}/params/depth`]: 'hunter2',
  [`1/${run}/metrics/auc`]: '1763000000001 0.9 0',
  [`1/${run}/tags/mlflow.source.git.repoURL`]: 'https://hunter2@github.com/acme/churn',
  [`1/${run}/inputs/x/meta.yaml`]: `source_id: ${dataset}\nsource_type: DATASET\ntags:\n  mlflow.data.context: training\n`,
  [`1/${run}/inputs/y/meta.yaml`]: `source_id: ../../../../etc\n`,
  [`1/datasets/${dataset}/meta.yaml`]: `digest: abcd\nname: customers\nsource: '{"uri":"s3://lake/customers"}'\nsource_type: s3\n`,
  'models/churn/meta.yaml': `name: churn\ncreation_timestamp: 1795263524023\n`,
  'models/churn/aliases/champion': '1\n',
  'models/churn/version-1/meta.yaml': `name: churn\nversion: 1\nsource: runs:/x/model\nstorage_location: s3://models/churn/1\nrun_id: ${run}\ncurrent_stage: None\n`,
  'models/broken/meta.yaml': 'name: [unclosed\n',
};
const mlruns = join(folder, 'mlruns');
for (const [path, content] of Object.entries(store)) {
  mkdirSync(dirname(join(mlruns, path)), { recursive: true });
  writeFileSync(join(mlruns, path), content);
}
symlinkSync('/etc', join(mlruns, 'linked'));

async function read(spec: string) {
  const session = await mlflow.connect(mlflow.parse(spec), signal);
  try {
    return await collectSession(mlflow, session, signal);
  } finally {
    await mlflow.close(session);
  }
}
const codes = ({ gaps }: { readonly gaps: readonly { readonly code: string }[] }) => gaps.map(({ code }) => code);

connectorConformance({
  name: 'mlflow over a file store',
  connector: mlflow,
  open: () => mlflow.connect(mlflow.parse(mlruns), signal),
  config,
  secrets: ['hunter2'],
  expectedGaps: ['FB-YAML-INVALID'],
});

test('a file store: runs with their datasets, versions with where they lie; nothing outside of the folder', async () => {
  const { estate } = await read(`${mlruns}#https://mlflow.example`);
  expect(estate.all('mlflow.run').map(({ data }) => data)).toMatchObject([
    {
      server: 'mlflow.example',
      runId: run,
      user: 'ann',
      status: 'FINISHED',
      source: { repository: 'https://github.com/acme/churn' },
      datasets: [{ name: 'customers', digest: 'abcd', source: 's3://lake/customers', context: 'training' }],
    },
  ]);
  expect(estate.all('mlflow.experiment').map(({ data }) => data.name)).toEqual(['churn']);
  expect(estate.all('mlflow.model-version')[0]?.data).toMatchObject({ version: '1', storage: 's3://models/churn/1' });
});

test('what is no source is refused', async () => {
  await expect(read('nothing')).rejects.toThrow('FB-SOURCE-UNREADABLE');
  expect(() => mlflow.parse('')).toThrow('FB-USAGE');
});

const lists: Readonly<Record<string, object>> = {
  '/api/2.0/mlflow/experiments/search': { experiments: [{ experiment_id: '1', name: 'churn' }] },
  '/api/2.0/mlflow/registered-models/search': { registered_models: [{ name: 'churn' }] },
  '/api/2.0/mlflow/model-versions/search': { model_versions: [{ name: 'churn', version: '1', run_id: run }] },
  '/api/2.0/mlflow/model-versions/get-download-uri': { artifact_uri: 's3://models/churn/1' },
  '/api/2.0/mlflow/runs/search': { runs: [{ info: { run_id: run, experiment_id: '1' } }] },
  '/api/2.0/mlflow/artifacts/list': {},
};
const answers: Handler = (request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://x');
  const found = lists[pathname];
  if (pathname === '/version') response.end('3.0.0');
  else if (found === undefined) sendJson(response, {}, 404);
  else sendJson(response, found);
};

describe('a bad server', () => {
  async function against(handler: Handler) {
    const started = await startServer(handler);
    try {
      return { ...(await read(started.url)), requests: started.seen.length };
    } finally {
      await started.stop();
    }
  }
  const instead =
    (path: string, handler: Handler): Handler =>
    (request, response, count) =>
      (request.url?.startsWith(path) ? handler : answers)(request, response, count);
  const runs = '/api/2.0/mlflow/runs/search';

  test('a good one first', async () => {
    const found = await against(answers);
    expect(found.gaps).toEqual([]);
    expect(found.estate.size).toBe(5);
  });
  test('pages in a circle', async () => {
    const found = await against(
      instead(runs, (_, response) => sendJson(response, { ...lists[runs], next_page_token: 'again' })),
    );
    expect(codes(found)).toContain('FB-HTTP-ENDLESS');
    expect(found.requests).toBeLessThan(20);
  });
  test('pages straight on, until the limit', async () => {
    const found = await against(
      instead(runs, (_, response, count) =>
        sendJson(response, {
          runs: Array.from({ length: 100 }, (_, at) => ({ info: { run_id: `${count}-${at}`, experiment_id: '1' } })),
          next_page_token: String(count),
        }),
      ),
    );
    expect(codes(found)).toContain('FB-LIMIT-REACHED');
    expect(found.estate.all('mlflow.run')).toHaveLength(2000);
  });
  test('answers without end, answers that are none, objects that are none', async () => {
    const huge = await against(instead(runs, (_, response) => sendWithoutEnd(response)));
    expect(codes(huge)).toContain('FB-HTTP-TOO-LARGE');
    const odd = await against(instead(runs, (_, response) => sendJson(response, { runs: 'many' })));
    expect(codes(odd)).toContain('FB-HTTP-RESPONSE-INVALID');
    const broken = await against(
      instead(runs, (_, response) => sendJson(response, { runs: [7, { info: { run_id: 'a\u0007' } }] })),
    );
    expect(codes(broken)).toContain('FB-OBJECT-INVALID');
    expect(broken.estate.all('mlflow.experiment')).toHaveLength(1);
  });
  test('a credential that expires midway: what came before is kept, the rest is told', async () => {
    const found = await against((request, response, count) =>
      count > 6 ? sendJson(response, {}, 401) : answers(request, response, count),
    );
    expect(codes(found)).toContain('FB-HTTP-UNAUTHORIZED');
    expect(found.estate.all('mlflow.experiment')).toHaveLength(1);
  });
  test('throttling is waited for', async () => {
    let told = false;
    const found = await against((request, response, count) => {
      if (told) return answers(request, response, count);
      told = true;
      sendJson(response, {}, 429, { 'retry-after': '0' });
    });
    expect(found.gaps).toEqual([]);
  });
});
