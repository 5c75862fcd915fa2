/** A model that is registered in a real MLflow is looked at by itself: what is unsafe becomes an incident, and the ledger has it. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelInspector } from '../../packages/platform/src/app/model-inspector.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openTarget } from '../../packages/platform/src/app/targets.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const open = process.env.FIREBREAK_MLFLOW_OPEN_URL ?? '';
const signal = new AbortController().signal;
const name = `gate-${randomBytes(3).toString('hex')}`;
let folder: string;
let station: Station;
let database: Awaited<ReturnType<typeof testServer>>;

async function post(path: string, body: object): Promise<Record<string, Record<string, string>>> {
  const answer = await fetch(`${open}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, Record<string, string>>;
}

/** Registers one version with these files. */
async function register(files: Readonly<Record<string, string>>): Promise<void> {
  const experiment = (await post('experiments/create', {
    name: `${name}-${randomBytes(2).toString('hex')}`,
  })) as unknown as { experiment_id: string };
  const made = await post('runs/create', { experiment_id: experiment.experiment_id, start_time: Date.now() });
  const run = (made.run as unknown as { info: { run_id: string } }).info.run_id;
  const place = `${experiment.experiment_id}/${run}/artifacts/model`;
  for (const [file, content] of Object.entries(files)) {
    const put = await fetch(`${open}/api/2.0/mlflow-artifacts/artifacts/${place}/${file}`, {
      method: 'PUT',
      body: Buffer.from(content, 'latin1'),
    });
    if (!put.ok) throw new Error(`${file}: ${put.status}`);
  }
  await post('model-versions/create', { name, source: `mlflow-artifacts:/${place}`, run_id: run });
}

beforeAll(async () => {
  expect(open).not.toBe('');
  folder = mkdtempSync(join(tmpdir(), 'firebreak-registered-'));
  await post('registered-models/create', { name });
  await register({ MLmodel: 'flavors: {}\n', 'model.pkl': 'cos\nsystem\n(S"id"\ntR.' });
  const header = '{"__metadata__":{"format":"pt"}}';
  await register({ 'weights.safetensors': `${String.fromCharCode(header.length)}${'\0'.repeat(7)}${header}` });
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openTarget([`mlflow:${open}`], signal),
  });
});

afterAll(async () => {
  await station?.close();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('both versions are inspected once; the unsafe one opens an incident', async () => {
  const { storage, ledger, cases, clock } = station;
  const holder = station.field?.holder;
  if (holder === undefined) throw new Error('there is no target');
  const inspector = new ModelInspector({
    target: holder.target,
    store: storage.promotionStore,
    ledger,
    cases,
    clock,
    onTrouble: (error) => {
      throw error;
    },
  });
  holder.listen((estate) => inspector.look(estate));
  const { estate } = await holder.collect(signal);
  await inspector.idle();
  const ids = estate
    .all('mlflow.model-version')
    .flatMap(({ id, data }) => (data.name === name ? [id] : []))
    .sort();
  expect(ids).toHaveLength(2);
  const kept = await Promise.all(ids.map((id) => storage.promotionStore.inspection(id)));
  expect(kept.map((each) => each?.report.verdict)).toEqual(['unsafe', 'safe']);
  const pickle = kept[0]?.report.files.find(({ path }) => path === 'model.pkl');
  expect(pickle?.reasons.map(({ what }) => what).join(' ')).toContain('os.system');
  expect(kept[1]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const incidents = await station.incidents.list();
  expect(incidents.map(({ title }) => title)).toContainEqual(expect.stringContaining('not safe to load'));
  const size = await ledger.size();
  await holder.collect(signal);
  await inspector.idle();
  expect(await ledger.size()).toBe(size);
  await inspector.close();
});
