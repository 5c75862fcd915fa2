/**
 * A window of the request log, taken from a real `firebreak serve` over HTTP: events of the database and events that left it for a file, each
 * with the record that it was read from; and a file that was damaged, of which the snapshot says so.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type NormalEvent, normalEventSchema, type ShownSnapshot, type Snapshot } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batchOf } from '../../packages/platform/src/events/event-batch.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const main = new URL('../../packages/platform/src/app/main.ts', import.meta.url).pathname;
const server = await testServer();
const data = await mkdtemp(join(tmpdir(), 'firebreak-window-'));
const cold = join(data, 'events', 'cold');
const day = (number: number) => new Date(Date.UTC(2026, 2, number, 12));
let running: ReturnType<typeof spawn>;
let address: string;
let cookie: string;

function event(id: string, actor: string, time: Date): NormalEvent {
  return normalEventSchema.parse({
    id,
    time: time.toISOString(),
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: 'test' },
    digest: 'd',
    system: 'aws',
    actor: { name: actor, id: actor },
    operation: 's3:GetObject',
    activity: 'read',
    targets: ['aws:Bucket/b'],
    outcome: 'done',
  });
}
const raw = (id: string) => ({ eventID: id, note: 'ä \u2028 "quoted"' });

beforeAll(async () => {
  const url = await server.database();
  const storage = await openStorage({ url });
  const keep = (number: number, actor: string, ...ids: string[]) => {
    const events = ids.map((id) => ({ event: event(id, actor, day(number)), raw: raw(id) }));
    return storage.eventStore.append([batchOf(events)], day(number));
  };
  await keep(1, 'aws:User/x', 'too-early');
  await keep(3, 'aws:User/x', 'cold-1', 'cold-2');
  await keep(4, 'aws:User/y', 'of-another');
  await keep(20, 'aws:User/x', 'hot-1');
  await keep(21, 'aws:User/x', 'hot-2', 'hot-3');
  await keep(28, 'aws:User/x', 'too-late');
  const moved = await storage.openColdEvents(cold).move(day(10), day(30), async () => undefined);
  expect(moved).toMatchObject({ events: 4 });
  await storage.close();
  running = spawn(
    process.execPath,
    [main, 'serve', '--data', data, '--database', url, '--port', '0', '--hot-days', '36500'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  if (running.stdout === null) throw new Error('no pipe');
  for await (const line of createInterface({ input: running.stdout })) {
    const [link] = /http:\/\/\S+\/sign-in#link=\S+/.exec(line) ?? [];
    if (link === undefined) continue;
    address = new URL(link).origin;
    const answer = await ask('/api/sign-in', { link: link.split('#link=')[1], name: 'Ada' });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    break;
  }
});
afterAll(async () => {
  running.kill('SIGTERM');
  await once(running, 'exit');
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

async function ask(path: string, body?: object): Promise<Response> {
  const answer = await fetch(`${address}${path}`, {
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return answer;
}

async function takeWindow(): Promise<ShownSnapshot> {
  const subject = `events:Window/aws:User/x?since=${day(2).toISOString()}&until=${day(25).toISOString()}`;
  const { id } = (await (
    await ask('/api/evidence', { subject, incident: null, reason: 'what it did' })
  ).json()) as Snapshot;
  let shown: ShownSnapshot | undefined;
  await expect
    .poll(async () => {
      shown = (await (await ask(`/api/evidence/snapshots/${id}`)).json()) as ShownSnapshot;
      return shown.snapshot.state;
    })
    .not.toBe('taking');
  return shown as ShownSnapshot;
}

async function linesOf({ snapshot: { id } }: ShownSnapshot) {
  const answer = await ask(`/api/evidence/snapshots/${id}/read`, { piece: 'events.jsonl', reason: 'to see' });
  const lines = (await answer.text()).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { no: number; received: string; event: NormalEvent; raw: unknown });
}

test('what is in the database and what left it, each once, with its record, and nothing of others', async () => {
  const shown = await takeWindow();
  expect(shown.snapshot).toMatchObject({ state: 'complete', pieces: 2, reasons: [] });
  const lines = await linesOf(shown);
  expect(lines.map((line) => line.event.id)).toEqual(['hot-3', 'hot-2', 'hot-1', 'cold-2', 'cold-1']);
  for (const { event: found, raw: record, received } of lines) {
    expect(record).toEqual(raw(found.id));
    expect(received).toBe(found.time);
  }
  const { custody } = (await (await ask(`/api/evidence/snapshots/${shown.snapshot.id}`)).json()) as ShownSnapshot;
  expect(custody.map(({ act, who, why }) => [act, who, why])).toEqual([
    ['begun', 'Ada', 'what it did'],
    ['taken', 'Ada', 'what it did'],
    ['read', 'Ada', 'to see'],
    ['exported', 'Ada', 'to see'],
  ]);
});

test('a file of events that was damaged is missing, by its name; the others are taken', async () => {
  const [name = ''] = (await readdir(cold)).filter((each) => each.endsWith('.parquet'));
  await chmod(join(cold, name), 0o644);
  await writeFile(join(cold, name), 'no table');
  const shown = await takeWindow();
  expect(shown.snapshot.state).toBe('limited');
  expect(shown.snapshot.reasons).toMatchObject([{ code: 'FB-COLD-UNREADABLE', where: expect.stringContaining(name) }]);
  expect((await linesOf(shown)).map((line) => line.event.id)).toEqual(['hot-3', 'hot-2', 'hot-1']);
});
