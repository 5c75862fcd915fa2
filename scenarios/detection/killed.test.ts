/**
 * `kill -9` in the middle of intake, three times, once with the database killed along. What a sender was told is kept is there, each
 * event once although it is sent again, and everything that a rule speaks on is found, each once.
 */
import { chmod, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetectionList, IntakeStatus } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloudTrailEvent, kubernetesEvent } from '../../bench/event-bodies.ts';
import { type Served, served } from './testing/served.ts';

let data: string;
let server: Served;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'firebreak-killed-'));
  await chmod(data, 0o755);
  server = await served(['--data', data]);
}, 120_000);
afterAll(async () => {
  server.running.kill('SIGTERM');
  await server.running.ended;
  await rm(data, { recursive: true, force: true });
});

const perBatch = 200;
let made = 0;
/** Background, and one event that a rule speaks on. */
function batch(): Record<string, unknown>[] {
  made += 1;
  const deciding = {
    ...cloudTrailEvent(made),
    eventID: `deciding-${made}`,
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    requestParameters: { name: `trail-${made}` },
    resources: [],
  };
  const background = Array.from({ length: perBatch - 1 }, (_, at) =>
    at % 2 === 0 ? kubernetesEvent(at) : cloudTrailEvent(at),
  );
  return [...background, deciding] as Record<string, unknown>[];
}

test('nothing that was acknowledged is lost, nothing is found twice', async () => {
  const unanswered: Record<string, unknown>[][] = [];
  let acknowledged = 0;
  for (const life of ['first', 'second', 'third'] as const) {
    let alive = true;
    const sending = Array.from({ length: 3 }, async () => {
      while (alive) {
        const events = unanswered.pop() ?? batch();
        const { status } = await server.post('/api/log', events);
        if (status === 200) acknowledged += 1;
        else unanswered.push(events);
        if (status === 'lost') return;
      }
    });
    const before = acknowledged;
    await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(before + 8), { timeout: 60_000 });
    // Not always at the same point of a batch.
    await sleep(Math.random() * 200);
    server.running.kill('SIGKILL');
    alive = false;
    await server.running.ended;
    await Promise.all(sending);
    if (life === 'second') process.kill(await postmasterOf(data), 'SIGKILL');
    server = await served(['--data', data], { token: server.token });
  }
  for (const events of unanswered)
    await vi.waitFor(async () => expect((await server.post('/api/log', events)).status).toBe(200), { timeout: 60_000 });

  const total = made * perBatch;
  await vi.waitFor(
    async () => {
      const { logs, watch } = await server.get<IntakeStatus>('/api/intake');
      expect(logs.reduce((sum, { events }) => sum + events, 0)).toBe(total);
      expect(watch?.position).toBe(watch?.last);
    },
    { timeout: 60_000, interval: 500 },
  );
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const query = new URLSearchParams({ limit: '1000', ...(after === undefined ? {} : { after }) });
    const page = await server.get<DetectionList>(`/api/detections?${query}`);
    for (const { detector, events } of page.detections)
      if (detector.startsWith('sigma/')) for (const { id } of events) found.push(`${detector} ${id}`);
    if (page.next === null) break;
    after = page.next;
  }
  const deciding = found.filter((each) => each.includes('cloudtrail/deciding-'));
  const detectors = new Map<string, string[]>();
  for (const each of deciding) {
    const [detector = '', id = ''] = each.split(' ');
    detectors.set(detector, [...(detectors.get(detector) ?? []), id]);
  }
  const every = Array.from({ length: made }, (_, at) => `cloudtrail/deciding-${at + 1}`).sort();
  // Each rule that speaks on one of them speaks on all of them, once.
  expect([...detectors.values()].some((ids) => JSON.stringify(ids.sort()) === JSON.stringify(every))).toBe(true);
  for (const [detector, ids] of detectors) expect(new Set(ids).size, detector).toBe(ids.length);
}, 280_000);

/** The embedded database outlives its server. */
async function postmasterOf(folder: string): Promise<number> {
  for await (const file of glob('**/postmaster.pid', { cwd: folder }))
    return Number((await readFile(join(folder, file), 'utf8')).split('\n')[0]);
  throw new Error('there is no database');
}
