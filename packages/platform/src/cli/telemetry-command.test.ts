/** `telemetry check`: a model of a small estate drifts right after somebody changed its service. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorSchema, telemetrySchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { world } from '../app/compose.ts';
import { drawsFor } from '../detection/drift/random-draws.ts';
import { run } from './testing/run.ts';

const model = 'kubernetes:InferenceService.serving.kserve.io/ml/fraud';
const start = Date.parse('2026-11-02T00:00:00Z');
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();
let folder: string;
let from: string;
let events: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-telemetry-'));
  from = `kubernetes:${join(folder, 'service.json')}`;
  await writeFile(
    join(folder, 'service.json'),
    JSON.stringify({
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'fraud', namespace: 'ml', uid: '1' },
      spec: { predictor: { model: { modelFormat: { name: 'sklearn' }, storageUri: 's3://models/fraud' } } },
    }),
  );
  const draw = drawsFor('command');
  const batches = Array.from({ length: 60 }, (_, minute) =>
    JSON.stringify({
      model,
      to: at(minute),
      records: Array.from({ length: 100 }, () => ({ prediction: draw() < (minute < 40 ? 0.1 : 0.4) ? 'fraud' : 'ok' })),
    }),
  );
  const changed = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: '1',
    stage: 'ResponseComplete',
    verb: 'patch',
    user: { username: 'eve\u001b[2J' },
    objectRef: { resource: 'inferenceservices', apiGroup: 'serving.kserve.io', namespace: 'ml', name: 'fraud' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: at(39),
  };
  events = join(folder, 'events.jsonl');
  await writeFile(events, `${[...batches, JSON.stringify(changed), batches[0]].join('\n')}\n`);
  await writeFile(join(folder, 'broken.jsonl'), `${batches[0]}\nnot json\n`);
});
afterAll(() => rm(folder, { recursive: true }));

test('the drift is told with its time, and the change of the service stands beside it', async () => {
  const plain = await run(world, ['telemetry', 'check', '--from', from, '--events', events, '--json']);
  expect(plain.exit).toBe(1);
  const [of] = telemetrySchema.parse(JSON.parse(plain.out)).models;
  expect(of).toMatchObject({ model, node: { id: model }, groups: [{ detector: 'model/predictions', observed: 6000 }] });
  const [drift] = of?.drifts ?? [];
  expect((drift?.began.from ?? '') <= at(40) && at(40) <= (drift?.began.to ?? '')).toBe(true);
  expect(drift?.beside[0]).toMatchObject({ about: { id: model }, what: 'eve\u001b[2J: patch inferenceservices' });
  const text = await run(world, ['telemetry', 'check', '--from', from, '--events', events]);
  expect(text.out).toContain('none of it need be the cause');
  expect(text.out).not.toContain('\u001b[2J');
});

test('without an estate the drift is told all the same; a log that cannot be read is said', async () => {
  const drifted = await run(world, ['telemetry', 'check', '--events', events]);
  expect(drifted.exit).toBe(1);
  expect(drifted.out).toContain('fraud 9');
  const broken = await run(world, ['telemetry', 'check', '--events', join(folder, 'broken.jsonl')]);
  expect(broken.exit).toBe(3);
  expect(broken.err).toContain('FB-EVENT-UNREADABLE');
});

test('what is no batch is not sent', async () => {
  await writeFile(join(folder, 'bad.json'), '{"model": "fraud", "records": 3}');
  const { exit, err } = await run(world, ['telemetry', 'send', join(folder, 'bad.json'), '--data', folder, '--json']);
  expect(exit).not.toBe(0);
  expect(errorSchema.parse(JSON.parse(err).error)).toMatchObject({ code: 'FB-USAGE' });
});
