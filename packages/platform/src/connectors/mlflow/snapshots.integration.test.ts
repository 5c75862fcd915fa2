/** A model version with its run and files, out of MLflow's own server. */
import { beforeAll, expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import mlflow from './index.ts';
import snapshot from './snapshots/model-version.ts';
import { type Seeded, seed } from './testing/seed.case.ts';

const signal = new AbortController().signal;
const base = process.env.FIREBREAK_MLFLOW_URL ?? '';
const user = process.env.FIREBREAK_MLFLOW_USER ?? '';
const password = process.env.FIREBREAK_MLFLOW_PASSWORD ?? '';
const name = `taken/${Date.now()}`.replace('/', '-');
let seeded: Seeded;

beforeAll(async () => {
  seeded = await seed(base, user, password, name);
});

test('what it was made from, what it measured, what it is called, and its files', async () => {
  const session = await mlflow.connect(
    mlflow.parse(`${base.replace('//', `//${user}:${password}@`)}#ml.example`),
    signal,
  );
  try {
    const first = await takenBy(snapshot, `mlflow:ModelVersion/ml.example/${name}/1`, session);
    expect(first.missing).toEqual([]);
    const json = (piece: string) => JSON.parse(first.bytes.get(piece)?.toString() ?? 'null');
    expect(json('model-version.json')).toMatchObject({ model_version: { name, version: '1', run_id: seeded.run } });
    expect(json('registered-model.json').registered_model.aliases).toMatchObject([{ alias: 'champion', version: '2' }]);
    expect(json('run.json').run.data.params).toMatchObject([{ key: 'depth' }]);
    expect(json('metrics/auc.json').metrics).toMatchObject([{ value: 0.9 }]);
    expect(first.bytes.get('files/MLmodel')?.toString()).toBe('flavors: {}');

    const second = await takenBy(snapshot, `mlflow:ModelVersion/ml.example/${name}/2`, session);
    expect(second.references).toMatchObject([{ reference: `s3://models/${name}/2` }]);
    const run = await takenBy(snapshot, `mlflow:Run/ml.example/${seeded.run}`, session);
    expect(run.bytes.get('files/model/MLmodel')?.toString()).toBe('flavors: {}');
    const none = await takenBy(snapshot, `mlflow:ModelVersion/ml.example/${name}/99`, session);
    expect(none.missing.length).toBeGreaterThan(0);
  } finally {
    await mlflow.close(session);
  }
});
