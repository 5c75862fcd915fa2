/** What Firebreak's own events tell of two versions: events as their systems send them, kept in a real store, read for a canary. */
import { type CanarySample, canaryConfigSchema, telemetryMeasures } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchOf } from '../../events/event-batch.ts';
import { normalise } from '../../events/normalise.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';
import { readTelemetry } from './telemetry.ts';

let database: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
const noon = Date.parse('2026-03-01T12:00:00.000Z');
const at = (second: number) => new Date(noon + second * 1000);

beforeAll(async () => {
  database = await testServer();
  storage = await openStorage({ url: await database.database() });
}, 60_000);
afterAll(async () => {
  await storage.close();
  await database.stop();
});

async function log(...values: readonly unknown[]): Promise<void> {
  const found = values.flatMap((value) => [...normalise(value, { locator: 'here', received: at(0).toISOString() })]);
  const events = found.flatMap((each) => ('event' in each ? [each] : []));
  expect(events).toHaveLength(values.length);
  await storage.eventStore.append([batchOf(events)], at(60));
}

const shares = ['errors', 'refusals', 'secrets', 'injections'];
const configOf = (model: string, baseline: string, canary: string) =>
  canaryConfigSchema.parse({
    name: 'x',
    stages: [{ percent: 5 }],
    telemetry: { model, baseline, canary },
    metrics: telemetryMeasures.map((measure) => ({
      name: measure,
      kind: shares.includes(measure) ? 'proportion' : 'values',
      source: { from: 'telemetry', measure },
    })),
  });

/** By metric and version: the values, or hits of all. */
async function read(config: ReturnType<typeof configOf>, since: Date, until: Date) {
  const { samples, trouble, notes } = await readTelemetry(storage.eventStore, {
    config,
    metrics: config.metrics,
    since,
    until,
    signal: new AbortController().signal,
    guard: { at: 0, failing: {} },
    lacking: new Set(),
  });
  const told = ({ kind, values, hits, total }: CanarySample & { kind: string }) =>
    kind === 'values' ? values?.toSorted((a, b) => (a ?? 0) - (b ?? 0)) : [hits, total];
  const kindOf = new Map(config.metrics.map(({ name, kind }) => [name, kind]));
  const found = samples.map((sample) => [
    `${sample.metric} ${sample.variant}`,
    told({ ...sample, kind: kindOf.get(sample.metric) ?? '' }),
  ]);
  return { told: Object.fromEntries(found) as Record<string, unknown>, trouble, notes };
}

const batch = (version: string, second: number, records: readonly object[], more: object = {}) => ({
  model: 'fraud',
  version,
  to: at(second).toISOString(),
  records,
  ...more,
});

test('batches: what each version measured, and nothing of what was never served', async () => {
  await log(
    batch('1', 1, [
      { latencyMs: 100, error: '', confidence: 0.9, score: 0.2 },
      { latencyMs: 120, error: 'timeout', confidence: 0.8 },
    ]),
    batch('2', 2, [{ latencyMs: 300, error: '', prediction: 'content_filter' }]),
    batch('2', 3, [{ latencyMs: 9000 }], { reference: 'these' }),
    batch('3', 3, [{ latencyMs: 9000 }]),
    { ...batch('2', 3, [{ latencyMs: 9000 }]), model: 'another' },
  );
  const { told, trouble } = await read(configOf('fraud', '1', '2'), at(0), at(20));
  expect(trouble).toEqual([]);
  expect(told).toEqual({
    'latency baseline': [100, 120],
    'latency canary': [300],
    'errors baseline': [1, 2],
    'errors canary': [0, 1],
    'confidence baseline': [0.8, 0.9],
    'score baseline': [0.2],
    'refusals canary': [1, 1],
  });
});

test('one reading begins where the one before ended; what comes a little late is still counted', async () => {
  const config = configOf('slow', '1', '2');
  const of = (second: number, latencyMs: number) => ({ ...batch('1', second, [{ latencyMs }]), model: 'slow' });
  await log(of(100, 1), of(104, 2));
  // Nothing is read of the last five seconds: somebody may still be sending it.
  expect((await read(config, at(100), at(105))).told).toEqual({ 'latency baseline': [1] });
  await log(of(103, 3));
  expect((await read(config, at(105), at(110))).told).toEqual({ 'latency baseline': [2, 3] });
  expect((await read(config, at(110), at(120))).told).toEqual({});
});

const secret = ['AKIA', 'Z7QX4M2NPB5RTWKD'].join('');
const call = (id: string, version: string, answer: string, question = 'hello') => ({
  id,
  call_type: 'acompletion',
  model_group: 'assistant',
  model: version,
  status: 'success',
  startTime: (noon + 200_000) / 1000,
  endTime: (noon + 200_000) / 1000 + 0.5,
  prompt_tokens: 10,
  completion_tokens: 7,
  model_parameters: {},
  messages: [{ role: 'user', content: question }],
  response: { choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: answer } }] },
});

test('calls of a gateway: tokens, time, and what the answers say; what users say is not the version’s', async () => {
  await log(
    call('1', 'openai/old', 'Two and two are four.', `My key is aws_access_key_id = ${secret}, what is 2 + 2?`),
    call('2', 'openai/new', `Use aws_access_key_id = ${secret} for that.`),
    { ...call('3', 'openai/new', ''), status: 'failure', error_information: { error_class: 'Timeout' } },
  );
  const { told } = await read(configOf('assistant', 'openai/old', 'openai/new'), at(190), at(300));
  expect(told).toMatchObject({
    'tokens baseline': [17],
    'tokens canary': [17],
    'latency baseline': [500],
    'errors baseline': [0, 1],
    'errors canary': [1, 2],
    'secrets baseline': [0, 1],
    'secrets canary': [1, 1],
    'injections baseline': [0, 1],
  });
});

test('other logs of the same time are not asked for, and of a flood the newest inferences are read, which is said', async () => {
  const wishes: unknown[] = [];
  const raw = batch('1', 400, [{ latencyMs: 5 }]);
  const flood: Pick<typeof storage.eventStore, 'search'> = {
    async *search(wish) {
      wishes.push(wish.formats);
      for (let piece = 0; piece < 30; piece++) yield Array.from({ length: 1000 }, () => ({ raw }) as never);
    },
  };
  const config = configOf('fraud', '1', '2');
  const { samples, trouble, notes } = await readTelemetry(flood, {
    config,
    metrics: config.metrics,
    since: at(390),
    until: at(420),
    signal: new AbortController().signal,
    guard: { at: 0, failing: {} },
    lacking: new Set(),
  });
  expect(wishes).toEqual([['model-telemetry', 'litellm', 'otlp-spans', 'kserve-inference']]);
  expect(samples).toMatchObject([{ variant: 'baseline', metric: 'latency', values: { length: 5000 } }]);
  expect(trouble).toEqual([]);
  expect(notes?.[0]).toMatch(/More than 20000 inferences were logged since the last reading/);
});
