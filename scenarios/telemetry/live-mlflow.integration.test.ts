/**
 * What happened beside a drift, on a real MLflow: a model is trained from a new version of its dataset, registered, and its alias moved to
 * that version; MLflow's own webhooks tell of it, and CloudTrail of a write into the bucket of its dataset. Its answers change from then on. The alias move, the version that came of the new data, and
 * what a rule said of it stand beside the drift, ranked, each with its evidence; what has nothing to do with it does not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eventById } from '../../packages/platform/src/app/kept-events.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openTarget } from '../../packages/platform/src/app/targets.ts';
import { telemetryDesk } from '../../packages/platform/src/app/telemetry-desk.ts';
import { seed } from '../../packages/platform/src/connectors/mlflow/testing/seed.case.ts';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { basic } from '../../packages/platform/src/intake/http.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';

const url = process.env.FIREBREAK_MLFLOW_URL ?? '';
const [user, password] = [process.env.FIREBREAK_MLFLOW_USER ?? '', process.env.FIREBREAK_MLFLOW_PASSWORD ?? ''];
const name = `drifting-${process.pid}`;
const bystander = `other-${process.pid}`;

let folder: string;
let database: TestServer;
let station: Station;
let hook = '';
const told: string[] = [];
/** In front of the server, which wants a token that MLflow has no room for. */
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const { kept } = await station.intake.take([body], { source: 'mlflow', locator: 'webhook' });
    for (let each = 0; each < kept; each += 1) told.push(JSON.stringify(body));
    response.writeHead(200).end();
  });
});

async function mlflow(method: string, path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: basic(user, password) };
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

let experiment: string;
beforeAll(async () => {
  if (url === '') throw new Error('FIREBREAK_MLFLOW_URL is not set: run peers/mlflow/start');
  vi.stubEnv('MLFLOW_TRACKING_USERNAME', user);
  vi.stubEnv('MLFLOW_TRACKING_PASSWORD', password);
  ({ experiment } = await seed(url, user, password, name));
  await seed(url, user, password, bystander);
  folder = await mkdtemp(join(tmpdir(), 'firebreak-live-mlflow-'));
  database = await testServer();
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  if (hook !== '') await mlflow('DELETE', `webhooks/${hook}`, {}).catch(() => undefined);
  receiver.close();
  await station?.close();
  await database?.stop();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** A run over another version of the dataset, and the version of the model that came of it. */
async function retrained(): Promise<string> {
  const made = await mlflow('POST', 'runs/create', {
    experiment_id: experiment,
    run_name: 'retrain',
    start_time: Date.now(),
  });
  const { run_id } = (made as { run: { info: { run_id: string } } }).run.info;
  const source = JSON.stringify({ uri: 's3://lake/customers/v2' });
  const dataset = { name: 'customers', digest: 'ef567890', source_type: 's3', source };
  await mlflow('POST', 'runs/log-inputs', {
    run_id,
    datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset }],
  });
  const from = `mlflow-artifacts:/${experiment}/${run_id}/artifacts/model`;
  const registered = await mlflow('POST', 'model-versions/create', { name, run_id, source: from });
  return (registered as { model_version: { version: string } }).model_version.version;
}

/** As CloudTrail tells of an object that somebody writes. */
function writtenInto(bucket: string) {
  const arn = `arn:aws:s3:::${bucket}`;
  return {
    eventVersion: '1.09',
    eventID: `${bucket}-${process.pid}`,
    eventTime: new Date().toISOString(),
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    awsRegion: 'eu-central-1',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory', userName: 'mallory' },
    requestParameters: { bucketName: bucket, key: 'customers/v2/part-0' },
    resources: [
      { type: 'AWS::S3::Object', ARN: `${arn}/customers/v2/part-0` },
      { type: 'AWS::S3::Bucket', ARN: arn },
    ],
  };
}

test('an alias move and a new version of the dataset stand beside the drift that follows, with their evidence', async () => {
  // The version is there before the estate is read, as it is where the estate is read again and again.
  const version = await retrained();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openTarget([`mlflow:${url}`], new AbortController().signal),
    watch: { rules: [], onRefused: () => undefined },
  });
  await station.field?.holder.current(new AbortController().signal);
  const made = await mlflow('POST', 'webhooks', {
    name: `firebreak-${process.pid}`,
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    events: [
      { entity: 'MODEL_VERSION', action: 'CREATED' },
      { entity: 'MODEL_VERSION_ALIAS', action: 'CREATED' },
    ],
  });
  hook = (made as { webhook: { webhook_id: string } }).webhook.webhook_id;
  const draw = drawsFor('live mlflow');
  const desk = telemetryDesk(station);
  const batch = async (to: number, factor: number) => {
    const records = Array.from({ length: 100 }, () => ({ confidence: draw() * factor }));
    await desk.send({ model: name, to: new Date(to).toISOString(), records }, 'test');
  };
  const moved = Date.now();
  for (let number = 40; number > 0; number -= 1) await batch(moved - number * 60_000, 1);
  await mlflow('POST', 'registered-models/alias', { name, alias: 'champion', version });
  await mlflow('POST', 'registered-models/alias', { name: bystander, alias: 'champion', version: '1' });
  await retrained();
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(3), { timeout: 30_000, interval: 100 });
  const { kept } = await station.intake.take([writtenInto('lake'), writtenInto('another-lake')], {
    source: 'cloudtrail',
    locator: 'test',
  });
  expect(kept).toBe(2);
  for (let number = 1; number <= 20; number += 1) await batch(moved + number * 60_000, 0.6);
  const answer = await vi.waitFor(
    async () => {
      const model = (await desk.show()).models.find((each) => each.model === name);
      expect(model?.drifts.length).toBeGreaterThan(0);
      return model;
    },
    { timeout: 60_000, interval: 1000 },
  );
  const beside = answer?.drifts[0]?.beside ?? [];
  const lines = beside.map(({ kind, what, evidence }) => `${kind}: ${what} [${evidence}]`);
  console.log(lines.map((line, at) => `${beside[at]?.score.toFixed(2)} ${line}`).join('\n'));
  expect(lines).toContainEqual(expect.stringMatching(/^alias: .*champion/));
  expect(lines).toContainEqual(expect.stringMatching(/model_version\.created/));
  expect(lines).toContainEqual(expect.stringMatching(/^access: /));
  expect(lines).toContainEqual(expect.stringMatching(/^data: .*mallory: s3:PutObject/));
  expect(beside.filter(({ what }) => what.includes('PutObject'))).toHaveLength(1);
  expect(beside.map(({ score }) => score)).toEqual(beside.map(({ score }) => score).sort((a, b) => b - a));
  for (const { what } of beside) expect(what).not.toContain(bystander);
  for (const { kind, evidence } of beside)
    if (kind !== 'access') expect((await eventById(station, evidence))?.event.id).toBe(evidence);
});
