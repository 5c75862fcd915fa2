import type { Detected, NormalEvent, RunningDetector } from '@firebreak/contract';
import { expect, test } from 'vitest';
import confidence from '../stream/model/confidence.ts';
import errors from '../stream/model/errors.ts';
import explanations from '../stream/model/explanations.ts';
import features from '../stream/model/features.ts';
import predictions from '../stream/model/predictions.ts';
import { driftState } from './drift-detector.ts';
import { drawsFor } from './random-draws.ts';

const start = Date.parse('2026-11-01T00:00:00Z');

function seen(model: string, number: number, records: readonly unknown[], more: object = {}) {
  const event: NormalEvent = {
    id: `model-telemetry/${model}/${number}`,
    digest: '',
    time: new Date(start + number * 60_000).toISOString(),
    timeIs: 'told',
    source: { format: 'model-telemetry', locator: 'test' },
    system: 'models',
    actor: { name: 'a telemetry pipeline' },
    operation: 'inferences',
    activity: 'execute',
    targets: [`mlflow:RegisteredModel/ml.example/${model}`],
    outcome: 'done',
  };
  return { event, raw: { model, records, ...more } };
}

/** A hundred batches of 100; from the eightieth on everything is different. */
function* day(model: string) {
  const draw = drawsFor(model);
  for (let number = 0; number < 100; number++) {
    const late = number >= 80;
    const records = Array.from({ length: 100 }, () => ({
      prediction: draw() < (late ? 0.5 : 0.1) ? 'fraud' : 'ok',
      confidence: (late ? 0.5 : 0.8) + 0.2 * draw(),
      features: { amount: draw() ** 2, ...(late && draw() < 0.3 ? {} : { country: draw() < 0.7 ? 'NL' : 'DE' }) },
      error: draw() < (late ? 0.2 : 0.01) && 'timeout',
      explanation: { amount: draw() * (late ? 3 : 1) },
    }));
    yield seen(model, number, records, { version: late ? '8' : '7' });
  }
}

function all(running: RunningDetector, events: Iterable<ReturnType<typeof seen>>): Detected[] {
  return [...events].flatMap((each) => [...running.see(each)]);
}

test.each([predictions, features, confidence, errors, explanations])('$id tells once, when and what', (detector) => {
  const running = detector.start();
  const found = all(running, day('fraud'));
  expect(found).toHaveLength(1);
  const [{ note, events } = { note: '', events: [] }] = found;
  expect(note).toContain('It most likely began 2026-11-01T01:20:00.000Z');
  expect(events[0]?.targets).toEqual(['mlflow:RegisteredModel/ml.example/fraud']);
  const episode = driftState(running.state())?.models[0]?.episodes[0];
  expect(episode?.began.from).toBeLessThanOrEqual(start + 80 * 60_000);
  expect(episode?.began.to).toBeGreaterThanOrEqual(start + 80 * 60_000);
});

test('a restart in the middle changes nothing', () => {
  const uninterrupted = features.start();
  const whole = all(uninterrupted, day('fraud'));
  let running = features.start();
  const parts: Detected[] = [];
  for (const each of day('fraud')) {
    parts.push(...running.see(each));
    running = features.start(JSON.parse(JSON.stringify(running.state())));
  }
  expect(parts).toEqual(whole);
  expect(whole[0]?.note).toContain('country');
});

test('another state, or a damaged one, begins anew', () => {
  const models = [{ model: 'fraud', metrics: [{ name: 'amount', sketches: ['?', null] }] }];
  for (const state of [null, 7, 'state', { version: 2, models: [] }, { version: 1, models }]) {
    const running = features.start(state);
    expect(driftState(running.state())?.models).toEqual([]);
    expect(all(running, day('fraud'))).toHaveLength(1);
  }
});

test('whoever says what is normal is believed, and may say it anew', () => {
  const draw = drawsFor('given');
  const records = (share: number, count: number) =>
    Array.from({ length: count }, () => ({ prediction: draw() < share ? 'fraud' : 'ok' }));
  const running = predictions.start();
  const live = (from: number, share: number) =>
    Array.from({ length: 40 }, (_, place) => seen('given', from + place, records(share, 50)));
  const reference = seen('given', 0, records(0.1, 1000), { reference: 'these' });
  expect(all(running, [reference, ...live(1, 0.1)])).toEqual([]);
  expect(all(running, live(50, 0.3))).toHaveLength(1);
  // From here on three in ten are what is wanted.
  expect(all(running, [seen('given', 100, records(0.3, 1000), { reference: 'next' })])).toEqual([]);
  expect(all(running, [...live(101, 0.3), ...live(150, 0.3)])).toEqual([]);
  expect(driftState(running.state())?.models[0]?.episodes[0]?.ended).not.toBeNull();
});

test('a window that is never filled is looked at after a day', () => {
  const draw = drawsFor('slow');
  const records = (share: number, count: number) =>
    Array.from({ length: count }, () => ({ prediction: draw() < share ? 'fraud' : 'ok' }));
  const running = predictions.start();
  all(running, [seen('slow', 0, records(0.1, 1000), { reference: 'these' }), seen('slow', 1, records(0.5, 150))]);
  expect([...running.advance(start + 3600_000)]).toEqual([]);
  expect([...running.advance(start + 25 * 3600_000)]).toHaveLength(1);
  expect([...running.advance(start + 50 * 3600_000)]).toEqual([]);
});

test('memory has bounds, and what was forgotten is said', () => {
  const running = features.start();
  for (let model = 0; model < 300; model++) all(running, [seen(`m${model}`, model, [{ features: { a: 1, b: 'x' } }])]);
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, place) => [`f${place}`, place]));
  all(running, [seen('wide', 1, [{ features: wide }]), seen('wide', 2, [{ features: { more: 1, ...wide } }])]);
  const state = driftState(running.state());
  expect(state?.models).toHaveLength(256);
  expect(Math.max(...(state?.models.map(({ metrics }) => metrics.length) ?? []))).toBeLessThanOrEqual(64);
  expect(running.forgotten?.().join(' ')).toMatch(/models that were silent longest/);
});

test('what is no inference costs and says nothing', () => {
  const running = features.start();
  const odd = [null, 'text', 7, [], {}, { model: 'x' }, { model: 'x', records: 'y' }, { records: [{}] }];
  const { event } = seen('x', 0, []);
  for (const raw of odd) expect([...running.see({ event, raw })]).toEqual([]);
  expect(driftState(running.state())?.models).toEqual([]);
});
