import type { NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { drawsFor } from '../drift/random-draws.ts';
import detector from '../stream/extraction/client-queries.ts';
import { Calibration } from './calibration.ts';
import { extractionDetector, extractionState } from './extraction-detector.ts';
import { shapiroWilk } from './normality.ts';

const start = Date.parse('2026-11-01T00:00:00Z');

function event(number: number): NormalEvent {
  return {
    id: `model-telemetry/${number}`,
    digest: '',
    time: new Date(start + number * 1000).toISOString(),
    timeIs: 'told',
    source: { format: 'model-telemetry', locator: 'test' },
    system: 'models',
    actor: { name: 'a telemetry pipeline' },
    operation: 'inference',
    activity: 'execute',
    targets: [],
    outcome: 'done',
  };
}

const draw = drawsFor('extraction');
const gauss = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
/** On a line; an attacker asks beside it. */
function query(client: string, natural: boolean) {
  const place = gauss();
  const beside = natural ? 0.1 * gauss() : 3 * gauss();
  return { client, features: { x: place, y: 2 * place + beside, z: gauss() } };
}

function learnt() {
  const running = detector.start();
  for (let number = 0; number < 1000; number++) {
    const records = Array.from({ length: 20 }, (_, client) => query(`key ${client}`, true));
    expect([...running.see({ event: event(number), raw: { model: 'small', records } })]).toEqual([]);
  }
  return running.state();
}

test('an attacker is told of once, with reasons, and stays throttled; a restart changes nothing', () => {
  const state = learnt();
  const told = extractionState(state);
  expect(told?.models[0]?.watching).toBe(true);
  let running = detector.start(JSON.parse(JSON.stringify(state)));
  const found: string[] = [];
  for (let number = 0; number < 400; number++) {
    const records = [query('new honest', true), query('mallory', false)];
    for (const each of running.see({ event: event(2000 + number), raw: { model: 'small', records } }))
      found.push(each.note ?? '');
    if (number % 50 === 7) running = detector.start(JSON.parse(JSON.stringify(running.state())));
  }
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('Client mallory of small');
  expect(found[0]).toContain('far from anything natural');
  const clients = extractionState(running.state())?.clients.map(([, client]) => client) ?? [];
  const limit = extractionState(running.state())?.models[0]?.limit ?? 0;
  expect(clients.find(({ key }) => key === 'mallory')?.suspicion).toBeGreaterThan(limit);
  expect(clients.find(({ key }) => key === 'new honest')?.suspicion).toBeLessThan(limit);
});

test('clients and models are bounded, and what was forgotten is said', () => {
  const { start: begin } = extractionDetector(detector, { models: 3, clients: 50 });
  const running = begin();
  for (let number = 0; number < 600; number++) {
    const records = [query(`key ${number % 200}`, true)];
    for (const model of ['a', 'b']) for (const _ of running.see({ event: event(number), raw: { model, records } }));
  }
  for (const model of ['c', 'd'])
    for (const _ of running.see({ event: event(1), raw: { model, records: [query('k', true)] } }));
  const state = extractionState(running.state());
  expect(state?.clients.length).toBe(50);
  expect(state?.models.length).toBe(3);
  expect(running.forgotten?.().join(' ')).toMatch(/clients that were silent longest.*|models/);
});

test('another state, or a damaged one, begins anew', () => {
  for (const state of [undefined, 3, { version: 1, models: [{}], clients: [['m', {}]] }, { version: 9, clients: [] }])
    expect(extractionState(detector.start(state).state())?.clients).toEqual([]);
});

test('prompts are compared as texts, and without content there is nothing to compare', () => {
  const running = detector.start();
  const call = (prompt: string | undefined) => ({
    call_type: 'acompletion',
    id: 'x',
    model: 'gpt',
    model_group: 'gpt',
    startTime: 1,
    metadata: { user_api_key_hash: 'a'.repeat(64) },
    ...(prompt === undefined ? {} : { messages: [{ role: 'user', content: prompt }] }),
  });
  for (let number = 0; number < 400; number++)
    for (const _ of running.see({ event: event(number), raw: call(`Tell me about ${number} ships`) }));
  expect(extractionState(running.state())?.clients[0]?.[1].queries).toBeGreaterThan(0);
  const silent = detector.start();
  for (let number = 0; number < 400; number++)
    for (const _ of silent.see({ event: event(number), raw: call(undefined) }));
  expect(extractionState(silent.state())?.clients).toEqual([]);
});

test('W of Shapiro and Wilk’s own example', () => {
  // Weights of eleven men; their paper says 0.79.
  const men = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236];
  expect(shapiroWilk([...men, 164])).toBeLessThan(0.85);
  const normal = Array.from({ length: 60 }, gauss);
  expect(shapiroWilk(normal)).toBeGreaterThan(0.95);
  expect(shapiroWilk(Array.from({ length: 20 }, () => 3))).toBe(0);
});

test('ranks are uniform for what is exchangeable', () => {
  let below = 0;
  const runs = 2000;
  for (let run = 0; run < runs; run++) {
    const known = new Calibration();
    for (let value = 0; value < 99; value++) known.add(draw(), draw);
    if (known.p(draw()) <= 0.1) below += 1;
  }
  expect(Math.abs(below / runs - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / runs));
});
