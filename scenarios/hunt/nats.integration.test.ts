/** Two servers on two partitions of a real JetStream; one is killed in the middle: every event arrives, and counts once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBus, partitionOf, stream } from '../../packages/platform/src/app/event-bus.ts';
import { openPublisher } from '../../packages/platform/src/app/nats-publisher.ts';
import { normalise } from '../../packages/platform/src/events/normalise.ts';
import { openStorage, type Storage } from '../../packages/platform/src/storage/storage.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const address = process.env.FIREBREAK_NATS_URL ?? '';
const worker = new URL('./worker.ts', import.meta.url).pathname;
const count = 20_000;
let server: Awaited<ReturnType<typeof testServer>>;
let url: string;
let storage: Storage;
const running: ChildProcess[] = [];
beforeAll(async () => {
  server = await testServer();
  url = await server.database();
  storage = await openStorage({ url });
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await storage.close();
  await server.stop();
});

function raw(number: number): unknown {
  return {
    eventVersion: '1.08',
    eventID: `e-${number}`,
    eventTime: '2026-11-21T10:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-central-1',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/u${number % 50}` },
    requestParameters: { bucketName: 'b' },
  };
}

async function publish(from: number, to: number) {
  const bus = await openPublisher(address, 2);
  for (let number = from; number < to; number += 1)
    for (const read of normalise(raw(number), { locator: 'test', received: '2026-11-21T10:00:00.000Z' }))
      if ('event' in read) await bus.publish(read.event, read.raw);
  const told = await bus.settled();
  await bus.close();
  return told;
}

/** @param killAt kill it as soon as it has said so */
async function start(partition: number, killAt?: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [worker, address, '2', String(partition), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (text) => {
    said += text;
    if (said.includes('ready')) ready.resolve();
    if (killAt !== undefined && said.includes(killAt)) child.kill('SIGKILL');
  });
  await ready.promise;
  return child;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function keptUsers(): Promise<Map<string, Set<string>>> {
  const users = new Map<string, Set<string>>();
  for await (const found of storage.searchBlocks({}, Number.MAX_SAFE_INTEGER, []))
    for (const { event } of 'events' in found ? found.events : []) {
      const of = users.get(event.source.locator) ?? new Set();
      users.set(event.source.locator, of.add(event.actor.id ?? ''));
    }
  return users;
}

test('killed in the middle: all arrive, each once, each identity in one partition', async () => {
  expect(await publish(0, count)).toEqual({ published: count, duplicates: 0 });
  expect(await publish(0, 100)).toEqual({ published: 0, duplicates: 100 });
  const first = await start(0, '1\n');
  await until(async () => first.signalCode === 'SIGKILL');
  const before = (await storage.eventStore.logs())[0]?.events ?? 0;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(count / 3);
  const others = [await start(0), await start(1)];
  await publish(count, count + 1000);
  const { connection, manager } = await openBus(address, 2);
  // Gone from the bus when the line said that it is durable: all of them.
  await until(async () => (await manager.streams.info(stream)).state.messages === 0);
  const [log] = await storage.eventStore.logs();
  expect(log).toMatchObject({ format: 'cloudtrail', events: count + 1000 });
  const users = await keptUsers();
  expect([...users.keys()].sort()).toEqual(['firebreak.events.0', 'firebreak.events.1']);
  const [left = new Set(), right = new Set()] = [...users.values()];
  expect(left.size + right.size).toBe(50);
  expect([...left].filter((each) => right.has(each))).toEqual([]);
  await connection.close();
  for (const child of others) {
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  }
});

test('whoever counts other partitions is refused', async () => {
  await expect(openPublisher(address, 3)).rejects.toMatchObject({ code: 'FB-USAGE' });
  await expect(openPublisher('nats://127.0.0.1:1', 2)).rejects.toMatchObject({ code: 'FB-BUS-UNREACHABLE' });
});

test('the partition follows from who acted', () => {
  const [read] = [...normalise(raw(1), { locator: 'test', received: '2026-11-21T10:00:00.000Z' })];
  if (read === undefined || !('event' in read)) throw new Error('the event is not read');
  const { event } = read;
  expect(partitionOf({ ...event, operation: 'other' }, 8)).toBe(partitionOf(event, 8));
  expect(partitionOf(event, 1)).toBe(0);
});
