/** `/metrics` of a real server that has taken events in, read by Prometheus' own tool; and who may read it. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloudTrailEvent } from '../../bench/event-bodies.ts';
import { parseExposition } from '../../packages/platform/src/app/metrics/testing/strict-parser.ts';
import { type Served, served } from '../detection/testing/served.ts';

const token = 'a token for figures and nothing else';
let data: string;
let server: Served;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'firebreak-metrics-'));
  await chmod(data, 0o755);
  await writeFile(join(data, 'token'), `${token}\n`);
  const outlets = {
    outlets: [{ id: 'nobody', kind: 'webhook', url: 'http://127.0.0.1:9/', tells: ['detections'], from: 'low' }],
  };
  await writeFile(join(data, 'outlets.yaml'), JSON.stringify(outlets));
  const options = ['--metrics-token', `file:${join(data, 'token')}`, '--outlets', join(data, 'outlets.yaml')];
  server = await served(['--data', data, ...options]);
});
afterAll(async () => {
  server.running.kill('SIGTERM');
  await server.running.ended;
  await rm(data, { recursive: true, force: true });
});

const ask = (path: string, bearer?: string) =>
  fetch(new URL(path, server.address), bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });

test('promtool reads it, and finds nothing to say of names, types and units', async () => {
  const promtool = process.env.FIREBREAK_PROMTOOL;
  if (promtool === undefined) throw new Error('FIREBREAK_PROMTOOL is not set: the suite installs peers/promtool');
  const events = Array.from({ length: 50 }, (_, at) => ({ ...cloudTrailEvent(at), eventID: `e-${at}` }));
  const stopped = {
    ...cloudTrailEvent(7),
    eventID: 'stop',
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
  };
  await server.post('/api/log', [...events, stopped, { nobody: 'knows it' }]);
  await vi.waitFor(
    async () => {
      const text = await (await ask('/metrics', token)).text();
      const samples = parseExposition(text).flatMap((family) => family.samples);
      const value = (name: string, labels: object = {}) =>
        samples.find(
          (each) => each.name === `firebreak_${name}` && JSON.stringify(each.labels) === JSON.stringify(labels),
        )?.value;
      expect(value('intake_events_total', { format: 'cloudtrail', became: 'kept' })).toBe(51);
      expect(value('intake_events_total', { format: 'unknown', became: 'unreadable' })).toBe(1);
      expect(value('watch_running')).toBe(1);
      expect(value('watch_behind_events')).toBe(0);
      expect(samples.filter(({ name }) => name === 'firebreak_detections').length).toBeGreaterThan(0);
      expect(value('database_up')).toBe(1);
      expect(value('database_size_bytes')).toBeGreaterThan(1e6);
      expect(value('outlet_backlog', { outlet: 'nobody' })).toBeGreaterThanOrEqual(0);
      const read = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect(`${read.stdout}${read.stderr}`).toBe('');
      expect(read.status).toBe(0);
      const broken = spawnSync(promtool, ['check', 'metrics'], { input: `${text}broken line\n`, encoding: 'utf8' });
      expect(broken.status).not.toBe(0);
    },
    { timeout: 60_000, interval: 1000 },
  );
});

test('its token opens it and nothing else; without one it is closed', async () => {
  expect((await ask('/metrics')).status).toBe(401);
  expect((await ask('/metrics', 'another')).status).toBe(401);
  expect((await ask('/metrics', server.token)).status).toBe(200);
  const opened = await ask('/metrics', token);
  expect(opened.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  for (const path of ['/api/intake', '/api/incidents', '/api/detections'])
    expect((await ask(path, token)).status, path).toBe(401);
});
