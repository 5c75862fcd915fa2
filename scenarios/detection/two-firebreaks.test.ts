/**
 * Two real servers that tell each other everything, each by a webhook to the other's intake. What one of them finds the other hears of
 * once, and then it is quiet: no detection is made of one's own finding, and nothing goes round and round.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloudTrailEvent } from '../../bench/event-bodies.ts';
import { type Served, served } from './testing/served.ts';

interface Listed {
  readonly detections: readonly { readonly id: string; readonly detector: string; readonly by: readonly string[] }[];
}
interface Intake {
  readonly echoes: readonly { readonly format: string; readonly events: number }[];
}

/** A relay before each server: outlets are written before anybody knows the other's port and token. */
const relays = ['left', 'right'].map(() => {
  const relay = { to: undefined as Served | undefined, passed: 0, server: createServer() };
  relay.server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const answer = await relay.to?.post('/api/log', JSON.parse(Buffer.concat(chunks).toString()));
      relay.passed += 1;
      response.writeHead(typeof answer?.status === 'number' ? 200 : 503).end();
    });
  });
  return relay;
});
const folders: string[] = [];
const servers: Served[] = [];
beforeAll(async () => {
  for (const [at, relay] of relays.entries()) {
    await new Promise<void>((resolve) => void relay.server.listen(0, '127.0.0.1', resolve));
    const data = await mkdtemp(join(tmpdir(), 'firebreak-two-'));
    await chmod(data, 0o755);
    folders[at] = data;
  }
  for (const [at, data] of folders.entries()) {
    const port = (relays[1 - at]?.server.address() as AddressInfo | undefined)?.port ?? 0;
    const outlets = [
      {
        id: 'other',
        kind: 'webhook',
        url: `http://127.0.0.1:${port}/`,
        tells: ['detections', 'incidents'],
        from: 'low',
      },
    ];
    await writeFile(join(data, 'outlets.yaml'), JSON.stringify({ outlets }));
    servers[at] = await served(['--data', data, '--outlets', join(data, 'outlets.yaml')]);
    (relays[at] as { to: Served }).to = servers[at];
  }
}, 240_000);
afterAll(async () => {
  for (const server of servers) {
    server.running.kill('SIGTERM');
    await server.running.ended;
  }
  for (const { server } of relays) server.close();
  await Promise.all(folders.map((data) => rm(data, { recursive: true, force: true })));
});

const deciding = {
  ...cloudTrailEvent(7),
  eventID: 'deciding',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userIdentity: {
    type: 'IAMUser',
    accountId: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/mallory',
    userName: 'mallory',
  },
  requestParameters: { name: 'main' },
  resources: [],
};
const listed = (server: Served | undefined) =>
  (server as Served).get<Listed>('/api/detections?limit=200').then(({ detections }) => detections);

test('a finding is heard by the other once, and comes home as an echo', async () => {
  const [left, right] = servers;
  // A way out that is new hears of what comes from now on: each must have begun.
  await vi.waitFor(
    async () => {
      for (const server of servers) {
        const { outlets } = await server.get<{ outlets: { outlet: string }[] }>('/api/outlets');
        expect(outlets).toHaveLength(1);
      }
    },
    { timeout: 60_000 },
  );
  await sleep(1500);
  await left?.post('/api/log', [deciding]);
  await vi.waitFor(
    async () => expect((await listed(right)).some(({ detector }) => detector.startsWith('ocsf/Firebreak/'))).toBe(true),
    { timeout: 60_000, interval: 500 },
  );
  await vi.waitFor(
    async () =>
      expect((await (left as Served).get<Intake>('/api/intake')).echoes).toContainEqual({
        format: 'ocsf-finding',
        events: expect.any(Number),
      }),
    { timeout: 60_000, interval: 500 },
  );
  const own = (await listed(left)).filter(({ detector }) => detector.startsWith('sigma/'));
  expect(own.length).toBeGreaterThan(0);
  expect((await listed(right)).find(({ detector }) => detector.startsWith('ocsf/'))?.by).toContain(own[0]?.by[0]);

  // Quiet: two looks apart, with nothing passed in between.
  await vi.waitFor(
    async () => {
      const before = relays.map(({ passed }) => passed);
      await sleep(4000);
      expect(relays.map(({ passed }) => passed)).toEqual(before);
    },
    { timeout: 60_000 },
  );
  const told = (detections: Listed['detections']) => detections.filter(({ detector }) => detector.startsWith('ocsf/'));
  const [there, here] = [told(await listed(right)), told(await listed(left))];
  // The finding and the incident that it opened, at most; of what came home, nothing but the other's own incident.
  expect(there.length).toBeLessThanOrEqual(own.length + 2);
  expect(here.length).toBeLessThanOrEqual(1);
}, 240_000);
