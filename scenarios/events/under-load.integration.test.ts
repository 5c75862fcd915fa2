/**
 * An attack amid background, played against a real `serve` with its own database: a stolen token and a secret that is read (the API
 * server's webhook), an image push (CloudTrail by Firehose), a GitOps change (the webhook again) and an agent's export (OTLP), while a
 * process beside sends as many events a second as this machine lets through, 20,000 at most. It becomes one incident that began where
 * it began, and of the background nothing is lost. How long it took is printed; what is demanded is only that it came.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { IntakeStatus, Queue, QueueRow } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Served, served } from '../detection/testing/served.ts';
import { day, rules } from '../investigation/testing/day.ts';

const rate = 20_000;
const seconds = 15;
const root = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
const exportRule = `title: An agent exported tickets
id: agent-export
status: stable
level: high
logsource: {product: opentelemetry, service: genai}
detection:
  s: {gen_ai.tool.name: export_tickets}
  condition: s
`;

let data: string;
let server: Served;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'firebreak-load-'));
  await chmod(data, 0o755);
  const folder = join(data, 'rules');
  await mkdir(folder);
  for (const [at, rule] of [...rules, exportRule].entries()) await writeFile(join(folder, `${at}.yml`), rule);
  server = await served(['--data', data, '--rules', folder]);
});
afterAll(async () => {
  server.running.kill('SIGTERM');
  await server.running.ended;
  await rm(data, { recursive: true, force: true });
});

/** The day of `investigation/testing/day.ts`, put before now. */
function dayBefore(now: number, pod: string): Record<string, unknown>[] {
  const moved = (minute: string) => new Date(now - (20 - Number(minute)) * 60_000);
  const written = JSON.stringify(day(pod))
    .replaceAll(/2026-11-20T10:(\d\d):00\.000Z/g, (_, minute: string) => moved(minute).toISOString())
    .replaceAll(/2026-11-20T10:(\d\d):00Z/g, (_, minute: string) => moved(minute).toISOString().replace(/\.\d+/, ''))
    .replaceAll(/"(\d{13})000000"/g, (_, ms: string) => {
      const minute = (Number(ms) - Date.parse('2026-11-20T10:00:00Z')) / 60_000;
      return `"${moved(String(minute)).getTime()}000000"`;
    });
  return JSON.parse(written) as Record<string, unknown>[];
}

/** As real senders do, it comes again when it is told to; how long that took is counted. */
async function send(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
  for (;;) {
    const answer = await fetch(new URL(path, server.address), {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (answer.ok) return;
    if (answer.status !== 503) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    await sleep(Number(answer.headers.get('retry-after')) * 1000);
  }
}
const webhook = (...items: unknown[]) =>
  send('/api/log', { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
const firehose = (...events: unknown[]) =>
  send(
    '/api/log/firehose',
    {
      requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
      timestamp: Date.now(),
      records: events.map((event) => ({ data: gzipSync(JSON.stringify(event)).toString('base64') })),
    },
    { 'x-amz-firehose-access-key': server.token },
  );
const otlp = ({ resource, span }: Record<string, unknown>) =>
  send('/v1/traces', {
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'agent' }, spans: [span] }] }],
  });

test('an attack amid 20,000 events a second is one incident with its root', async () => {
  const { nodes } = await server.get<{ readonly nodes: readonly { readonly id: string; readonly name: string }[] }>(
    '/api/nodes?q=support-agent&limit=100',
  );
  const pod = nodes.find(({ id }) => id.startsWith('kubernetes:Pod/agents/support-agent-'))?.name ?? '';
  expect(pod).not.toBe('');
  await vi.waitFor(
    async () => expect((await server.get<IntakeStatus>('/api/intake')).watch?.running).toBe(true),
    60_000,
  );

  const sender = new URL('../../bench/event-sender.ts', import.meta.url).pathname;
  const background = spawn(process.execPath, [sender, server.address, server.token, String(seconds), String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = Promise.all([text(background.stdout), once(background, 'exit')]);
  await vi.waitFor(
    async () => expect((await server.get<IntakeStatus>('/api/intake')).line.taken).toBeGreaterThan(0),
    60_000,
  );

  // In the midst of it, not while it begins.
  await sleep((seconds / 2) * 1000);
  const events = dayBefore(Date.now(), pod);
  const [token, secret, minted, push, delivery, agent = {}, ...others] = events;
  await webhook(token);
  await webhook(secret, minted);
  await firehose(push);
  await webhook(delivery);
  const deciding = performance.now();
  await otlp(agent);
  const attack = await vi.waitFor(
    async () => {
      const { incidents } = await server.get<Queue>('/api/queue');
      const found = incidents.find(({ roots }) => roots.some(({ node }) => node.id === root));
      if (found === undefined || found.detections < 6) throw new Error(`${incidents.length} incidents`);
      return found;
    },
    { timeout: 60_000, interval: 50 },
  );
  const took = performance.now() - deciding;
  await Promise.all([webhook(...others.filter(({ kind }) => kind === 'Event')), firehose(...others.filter(isTrail))]);

  const sent = JSON.parse((await printed)[0]) as { kept: number; failed: number; milliseconds: number };
  const status = await vi.waitFor(
    async () => {
      const now = await server.get<IntakeStatus>('/api/intake');
      expect(now.watch?.position).toBe(now.watch?.last);
      return now;
    },
    { timeout: 120_000, interval: 200 },
  );
  const { heldBack } = status.line;
  console.log(
    `background: ${sent.kept} of ${rate * seconds} events in ${seconds} s wanted, ${(sent.milliseconds / 1000).toFixed(1)} s to the last answer, ${heldBack} requests held back; deciding event → incident: ${Math.round(took)} ms`,
  );
  expect(took).toBeLessThan(15_000);

  expect(sent.failed).toBe(0);
  const total = sent.kept + events.length;
  expect(status.logs.reduce((sum, { events: count }) => sum + count, 0)).toBe(total);
  expect(status.watch?.seen).toBe(total);
  expect(attack.roots.map(({ node }) => node.id)).toEqual([root]);
  const ours = (await server.get<Queue>('/api/queue')).incidents.filter(isOfTheAttack);
  expect(ours.map(({ id }) => id)).toEqual([attack.id]);
});

const isTrail = ({ eventSource }: Record<string, unknown>) => eventSource !== undefined;
const isOfTheAttack = ({ roots, detections }: QueueRow) =>
  detections > 0 && roots.some(({ node }) => node.id === root || /aurora-retrain|support-agent/.test(node.id));
