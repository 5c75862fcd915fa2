/**
 * A real server tells another system: the detection, the incident that it opens, and what was missed while nobody answered, after the
 * server itself was killed in between. At the other end stands a plain HTTP server, as any receiver of webhooks is.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloudTrailEvent } from '../../bench/event-bodies.ts';
import { type Served, served } from './testing/served.ts';

interface Heard {
  readonly id: string;
  readonly event: {
    class_uid: number;
    finding_info?: { uid: string; title: string };
    metadata: { uid: string };
    message: string;
  };
}
const heard: Heard[] = [];
let answers = 200;
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (answers === 200)
      heard.push({
        id: String(request.headers['x-firebreak-delivery']),
        event: JSON.parse(Buffer.concat(chunks).toString()) as Heard['event'],
      });
    response.writeHead(answers).end();
  });
});

let data: string;
let args: string[];
let server: Served;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'firebreak-outlets-'));
  await chmod(data, 0o755);
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const outlets = {
    outlets: [{ id: 'siem', kind: 'webhook', url, tells: ['detections', 'incidents', 'response'], from: 'low' }],
  };
  await writeFile(join(data, 'outlets.yaml'), JSON.stringify(outlets));
  args = ['--data', data, '--outlets', join(data, 'outlets.yaml')];
  server = await served(args);
}, 120_000);
afterAll(async () => {
  server.running.kill('SIGTERM');
  await server.running.ended;
  receiver.close();
  await rm(data, { recursive: true, force: true });
});

/** A trail is switched off: a rule that comes along speaks on it. */
const deciding = (trail: string, by: string) => ({
  ...cloudTrailEvent(7),
  eventID: `deciding-${trail}`,
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  userIdentity: {
    type: 'IAMUser',
    accountId: '111122223333',
    arn: `arn:aws:iam::111122223333:user/${by}`,
    userName: by,
  },
  requestParameters: { name: trail },
  resources: [],
});
const ofClass = (uid: number) => heard.filter(({ event }) => event.class_uid === uid);

test('what a rule found is told at once, and so is the incident that it opened', async () => {
  await vi.waitFor(async () =>
    expect((await server.get<{ outlets: object[] }>('/api/outlets')).outlets).toHaveLength(1),
  );
  // A way out that is new hears of what comes from now on: it must have seen where "now" is.
  await vi.waitFor(
    async () => {
      await server.post('/api/log', [deciding(`first-${Date.now()}`, 'mallory')]);
      expect(ofClass(2004).length).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 2000 },
  );
  const detection = ofClass(2004)[0]?.event.metadata.uid ?? '';
  // The demo has an incident of its own, which is told of as well.
  await vi.waitFor(
    async () => {
      const { incident } = await server.get<{ incident: string }>(`/api/detections/${detection}`);
      expect(ofClass(2005).map(({ event }) => event.metadata.uid)).toContain(incident);
    },
    { timeout: 30_000 },
  );
});

test('what came while the other side did not answer is told later, also by the next life of the server', async () => {
  answers = 503;
  await server.post('/api/log', [deciding('second', 'eve')]);
  await vi.waitFor(
    async () => {
      const { outlets } = await server.get<{ outlets: { trouble: { why: string } | null }[] }>('/api/outlets');
      expect(outlets[0]?.trouble?.why).toBe('It answered with status 503.');
    },
    { timeout: 60_000 },
  );
  server.running.kill('SIGKILL');
  await server.running.ended;
  answers = 200;
  const before = heard.length;
  server = await served(args, { token: server.token });
  await vi.waitFor(() => expect(heard.slice(before).some(({ event }) => event.class_uid === 2004)).toBe(true), {
    timeout: 60_000,
  });
  const { detections } = await server.get<{ detections: { id: string }[] }>('/api/detections?limit=100');
  await vi.waitFor(
    () => expect(new Set(ofClass(2004).map(({ id }) => id))).toEqual(new Set(detections.map(({ id }) => id))),
    { timeout: 60_000 },
  );
}, 180_000);
