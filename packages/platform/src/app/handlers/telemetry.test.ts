/** Batches come in over HTTP, the watch looks at them, and the answer says what drifted and what happened beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Telemetry } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawsFor } from '../../detection/drift/random-draws.ts';
import { streamDetectors } from '../../detection/stream/index.ts';
import { type ServerUnderTest, serverUnderTest } from '../../http/testing/server-under-test.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { openDemo } from '../targets.ts';
import { telemetryHandlers } from './telemetry.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
let server: ServerUnderTest;
let headers: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-telemetry-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(new AbortController().signal),
    clock: settableClock('2026-11-21T09:00:00.000Z'),
  });
  server = await serverUnderTest({ handlers: telemetryHandlers(station), checkAnswers: true });
  headers = { ...(await server.withToken('responder', 'admin')) };
  delete headers.id;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function send(payload: object) {
  const answer = await server.app.inject({ method: 'POST', url: '/api/telemetry', payload, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function told(): Promise<Telemetry> {
  const answer = await server.app.inject({ url: '/api/telemetry', headers });
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

test('before anything came in, nothing is said', async () => {
  expect(await told()).toMatchObject({ models: [], clients: [], completeness: { answer: 'complete' } });
});

test('a batch is kept once, and one that is none is refused with its place', async () => {
  const batch = { model: 'fraud', to: '2026-11-01T00:00:00Z', records: [{ confidence: 0.5 }] };
  expect(await send(batch)).toEqual({ status: 200, body: { model: 'fraud', records: 1, known: false } });
  expect((await send(batch)).body).toMatchObject({ known: true });
  const refused = await send({ ...batch, records: [{ confidence: 'high' }] });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('records');
});

test('what the watch saw of a change is told with its time and the version that came with it', async () => {
  const draw = drawsFor('http');
  const start = Date.parse('2026-11-02T00:00:00Z');
  for (let number = 0; number < 60; number++) {
    const records = Array.from({ length: 100 }, () => ({ confidence: draw() * (number >= 40 ? 0.6 : 1) }));
    const to = new Date(start + number * 60_000).toISOString();
    const { status } = await send({ model: 'score', version: number >= 40 ? '8' : '7', to, records });
    expect(status).toBe(200);
  }
  // As the watch does it: the events in their order, and its place saved.
  const running = streamDetectors.map((is) => ({ is, runs: is.start() }));
  let position = 0;
  for (const { event, raw, no } of await station.storage.eventStore.after(0, 1000)) {
    position = no;
    for (const { is, runs } of running)
      if (is.needs.includes(event.source.format)) for (const _ of runs.see({ event, raw }));
  }
  const detectors = Object.fromEntries(running.map(({ is, runs }) => [is.id, runs.state()]));
  const sigma = { version: 1 } as never;
  await station.storage.watchPlaces.save('main', {
    position,
    newest: start,
    state: { version: 1, sigma, remembered: [], detectors },
  });
  const model = (await told()).models.find((each) => each.model === 'score');
  expect(model?.groups[0]?.metrics[0]).toMatchObject({ name: 'confidence', kind: 'number', state: 'watched' });
  const [drift] = model?.drifts ?? [];
  const change = '2026-11-02T00:40:00.000Z';
  expect(drift).toMatchObject({ detector: 'model/confidence', ended: null });
  expect((drift?.began.from ?? '') <= change && change <= (drift?.began.to ?? '')).toBe(true);
  expect(drift?.beside[0]).toMatchObject({ kind: 'version', time: change });
});
