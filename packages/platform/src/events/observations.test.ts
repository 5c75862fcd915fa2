import { expect, test } from 'vitest';
import { normalise } from './normalise.ts';
import { observationsOf } from './observations.ts';

const place = { locator: 'test', received: '2026-11-01T00:00:00.000Z' };

test('a batch of our own form: one observation a record, what is not told is absent', () => {
  const batch = {
    model: 'mlflow:RegisteredModel/ml.example/fraud',
    version: '7',
    to: '2026-11-01T10:00:00Z',
    reference: 'next',
    watch: { falseAlarmRate: 5, windowRecords: 1 },
    records: [
      {
        prediction: true,
        confidence: 0.9,
        features: { amount: 3, country: 'NL', gone: null },
        error: false,
        client: 'k',
      },
      { prediction: 4.5, error: 'timeout', explanation: { amount: 0.2, text: 'no' }, latencyMs: 12, scoresAsked: true },
    ],
  };
  const [one, other] = observationsOf(batch);
  expect(one).toEqual({
    model: 'mlflow:RegisteredModel/ml.example/fraud',
    version: '7',
    role: 'next',
    client: 'k',
    prediction: 'true',
    confidence: 0.9,
    features: { amount: 3, country: 'NL' },
    failure: '',
    // As far as it may be chosen.
    watch: { rate: 0.2, window: 100 },
  });
  expect(other).toMatchObject({
    role: 'live',
    prediction: 4.5,
    failure: 'timeout',
    explanation: { amount: 0.2 },
    scoresAsked: true,
  });
  const [read] = normalise(batch, place);
  expect(read).toMatchObject({
    event: { time: '2026-11-01T10:00:00.000Z', targets: [batch.model], source: { format: 'model-telemetry' } },
  });
});

test('KServe: requests tell features, responses predictions, in both protocols', () => {
  const shell = {
    specversion: '1.0',
    id: '1',
    time: '2026-11-01T10:00:00Z',
    inferenceservicename: 'fraud',
    namespace: 'ml',
  };
  const sent = (which: string, data: unknown) => ({ ...shell, type: `org.kubeflow.serving.inference.${which}`, data });
  const model = 'kubernetes:InferenceService.serving.kserve.io/ml/fraud';
  expect(
    observationsOf(
      sent('request', {
        instances: [
          [1, 2],
          [3, 4],
        ],
      }),
    ),
  ).toEqual([
    { model, role: 'live', features: { 0: 1, 1: 2 } },
    { model, role: 'live', features: { 0: 3, 1: 4 } },
  ]);
  expect(observationsOf(sent('response', { predictions: ['cat', [0.2, 0.8]] }))).toEqual([
    { model, role: 'live', failure: '', prediction: 'cat' },
    { model, role: 'live', failure: '', prediction: '1', confidence: 0.8 },
  ]);
  const inputs = [
    { name: 'x', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] },
    { name: 'y', shape: [2], datatype: 'BYTES', data: ['a', 'b'] },
  ];
  expect(observationsOf(sent('request', { inputs })).map(({ features }) => features)).toEqual([
    { 'x.0': 1, 'x.1': 2, y: 'a' },
    { 'x.0': 3, 'x.1': 4, y: 'b' },
  ]);
  expect(observationsOf(sent('response', { error: 'out of memory' }))).toEqual([
    { model, role: 'live', failure: 'out of memory' },
  ]);
  const [read] = normalise(sent('request', { instances: [] }), place);
  expect(read).toMatchObject({ event: { targets: [model] } });
});

test('LiteLLM: the key is the client, tokens are features, the prompt is the query', () => {
  const key = 'b'.repeat(64);
  const call = {
    id: 'c',
    call_type: 'acompletion',
    model: 'gpt-4o-2024',
    model_group: 'gpt-4o',
    status: 'success',
    startTime: 100,
    endTime: 101.5,
    prompt_tokens: 12,
    completion_tokens: 3,
    model_parameters: { logprobs: true },
    metadata: { user_api_key_hash: key },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ],
    response: { choices: [{ finish_reason: 'stop' }] },
  };
  expect(observationsOf(call)).toEqual([
    {
      model: 'gpt-4o',
      version: 'gpt-4o-2024',
      role: 'live',
      client: key,
      prediction: 'stop',
      features: { 'tokens.in': 12, 'tokens.out': 3 },
      prompt: 'Hello',
      failure: '',
      latencyMs: 1500,
      scoresAsked: true,
    },
  ]);
  const failed = { ...call, status: 'failure', error_information: { error_class: 'RateLimitError' } };
  expect(observationsOf(failed)[0]).toMatchObject({ failure: 'RateLimitError' });
  expect(observationsOf(failed)[0]).not.toHaveProperty('features');
});

test('spans of inference tell, spans of tools do not', () => {
  const attribute = (key: string, value: object) => ({ key, value });
  const span = {
    startTimeUnixNano: '1000000000',
    endTimeUnixNano: '3000000000',
    status: { code: 2 },
    attributes: [
      attribute('gen_ai.operation.name', { stringValue: 'chat' }),
      attribute('gen_ai.request.model', { stringValue: 'gpt-4o' }),
      attribute('gen_ai.usage.input_tokens', { intValue: '7' }),
      attribute('error.type', { stringValue: 'timeout' }),
    ],
  };
  expect(observationsOf({ resource: [], span })).toEqual([
    { model: 'gpt-4o', role: 'live', features: { 'tokens.in': 7 }, failure: 'timeout', latencyMs: 2000 },
  ]);
  const tool = {
    attributes: [attribute('gen_ai.operation.name', { stringValue: 'execute_tool' }), ...span.attributes.slice(1)],
  };
  expect(observationsOf({ resource: [], span: tool })).toEqual([]);
});

test('what is hostile has bounds and harms nobody', () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`f${place}`, place]));
  const records = [
    JSON.parse('{"features": {"__proto__": 3, "constructor": 4}, "prediction": 1e999}'),
    { features: many, client: 'x'.repeat(9999), prediction: 'y'.repeat(9999), embedding: [1, 'no'] },
  ];
  const [one, other] = observationsOf({ model: 'm'.repeat(5000), records });
  expect(one?.features).toEqual(expect.objectContaining({ constructor: 4 }));
  expect(one).not.toHaveProperty('prediction');
  expect(Object.keys(other?.features ?? {})).toHaveLength(64);
  expect([other?.model.length, other?.client?.length, String(other?.prediction).length]).toEqual([1000, 1000, 200]);
  expect(other).not.toHaveProperty('embedding');
  const shape = {
    inputs: [
      { name: 'x', shape: [1e9], data: [1] },
      { shape: [0.5], data: [] },
    ],
  };
  const type = 'org.kubeflow.serving.inference.request';
  expect(observationsOf({ specversion: '1.0', type, inferenceservicename: 's', data: shape })).toEqual([]);
});
