/**
 * Two servers share a database and a NATS JetStream in two partitions. Each takes in and watches its own; one is killed in the middle.
 * Nothing is seen twice or lost, and what each found of one attack is one incident.
 */
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, Detection, DetectionList, IntakeStatus, Queue } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openBus, partitionOf, stream } from '../../packages/platform/src/app/event-bus.ts';
import { openPublisher } from '../../packages/platform/src/app/nats-publisher.ts';
import { normalise } from '../../packages/platform/src/events/normalise.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { type Served, served } from '../detection/testing/served.ts';
import { day, rules } from '../investigation/testing/day.ts';

const address = process.env.FIREBREAK_NATS_URL ?? '';
const root = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
const users = 40;
const perUser = 30;
/** Counts by identity: right only where one watch sees all of an identity. */
const counting = `title: many
id: many
correlation:
  type: event_count
  rules: [counted]
  group-by: [userIdentity.arn]
  timespan: 1h
  condition: {gte: ${perUser}}
---
title: counted
id: counted
name: counted
logsource: {product: aws, service: cloudtrail}
detection:
  s: {eventName: PartitionedRead}
  condition: s
`;

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
const servers: Served[] = [];
let open: (partition: number, token?: string) => Promise<Served>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-partitions-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'rules'));
  for (const [at, rule] of [...rules, counting].entries()) await writeFile(join(folder, 'rules', `${at}.yml`), rule);
  database = await testServer();
  const url = await database.database();
  open = (partition, token) =>
    served(
      [
        ...['--data', join(folder, `data-${partition}`), '--database', url, '--rules', join(folder, 'rules')],
        ...['--nats', address, '--partitions', '2', '--partition', String(partition)],
      ],
      token === undefined ? {} : { token },
    );
  servers.push(await open(0));
  // Who shares a database shares the keys of its ledger.
  await cp(join(folder, 'data-0', 'keys'), join(folder, 'data-1', 'keys'), { recursive: true });
  servers.push(await open(1));
});
afterAll(async () => {
  for (const { running } of servers) running.kill('SIGTERM');
  for (const { running } of servers) await running.ended;
  await database.stop();
  await rm(folder, { recursive: true, force: true });
});

function read(number: number): unknown {
  return {
    eventVersion: '1.08',
    eventID: `partitioned-${number}`,
    eventTime: new Date(Date.UTC(2026, 10, 20, 10) + number * 100).toISOString().replace(/\.\d+/, ''),
    eventSource: 's3.amazonaws.com',
    eventName: 'PartitionedRead',
    awsRegion: 'eu-central-1',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/partitioned-${number % users}` },
    requestParameters: { bucketName: 'b' },
  };
}

/** @returns how many of them are of each partition */
async function publish(values: readonly unknown[]): Promise<[number, number]> {
  const bus = await openPublisher(address, 2);
  const of: [number, number] = [0, 0];
  for (const value of values)
    for (const each of normalise(value, { locator: 'test', received: '2026-11-20T10:00:00.000Z' }))
      if ('event' in each) {
        of[partitionOf(each.event, 2) as 0 | 1] += 1;
        await bus.publish(each.event, each.raw);
      }
  await bus.settled();
  await bus.close();
  return of;
}

/** Until the bus is empty and each watch is at the end of its own. */
async function caughtUp(): Promise<IntakeStatus[]> {
  const { connection, manager } = await openBus(address, 2);
  const statuses = await vi.waitFor(
    async () => {
      expect((await manager.streams.info(stream)).state.messages).toBe(0);
      const found = await Promise.all(servers.map(({ get }) => get<IntakeStatus>('/api/intake')));
      for (const { watch } of found) expect(watch?.position).toBe(watch?.last);
      return found;
    },
    { timeout: 300_000, interval: 200 },
  );
  await connection.close();
  return statuses;
}

async function detections(server: Served | undefined): Promise<Detection[]> {
  const found: Detection[] = [];
  for (let after: string | undefined; ; ) {
    const query = new URLSearchParams({ limit: '500', ...(after === undefined ? {} : { after }) });
    const page = await server?.get<DetectionList>(`/api/detections?${query}`);
    found.push(...(page?.detections ?? []));
    if (page === undefined || page.next === null) return found;
    after = page.next;
  }
}

async function casesOfTheAttack({ get }: Served): Promise<Case[]> {
  const { incidents } = await get<Queue>('/api/queue');
  const of = incidents.filter(({ roots }) => roots.some(({ node }) => node.id === root));
  return Promise.all(of.map(({ id }) => get<Case>(`/api/incidents/${id}/case`)));
}

test('each watches its own, and together they see everything once', async () => {
  const half = (users * perUser) / 2;
  const reads = Array.from({ length: 2 * half }, (_, number) => read(number));
  const first = await publish(reads.slice(0, half));
  expect(Math.min(...first)).toBeGreaterThan(0);
  const before = await caughtUp();
  expect(before.map(({ watch }) => watch?.seen)).toEqual(first);

  // One is killed while the rest comes in; its watch reads on from where it stood.
  const rest = publish(reads.slice(half));
  const [killed] = servers;
  killed?.running.kill('SIGKILL');
  await killed?.running.ended;
  await rest;
  servers[0] = await open(0, killed?.token);
  await caughtUp();
  const counted = (await detections(servers[1])).filter(({ detector }) => detector === 'sigma/many');
  // Each identity reached its number, with all of its events, once.
  expect(counted.length).toBe(users);
  expect(new Set(counted.flatMap(({ by }) => by)).size).toBe(users);
  for (const { count } of counted) expect(count).toBe(perUser);

  const attack = day('none').filter((value) => !('span' in (value as object)));
  const [left, right] = await publish(attack);
  expect(Math.min(left, right)).toBeGreaterThan(0);
  const wanted = ['token-abroad', 'secret-read', 'token-minted', 'image-push', 'delivery-change'];
  const found = await vi.waitFor(
    async () => {
      const cases = await Promise.all(servers.map(casesOfTheAttack));
      for (const of of cases) {
        expect(of.length).toBe(1);
        const detectors = of.flatMap(({ members }) => members.map(({ detector }) => detector));
        expect(wanted.filter((id) => !detectors.includes(`sigma/${id}`))).toEqual([]);
      }
      return cases;
    },
    { timeout: 300_000, interval: 200 },
  );
  expect(found[0]?.map(({ id }) => id)).toEqual(found[1]?.map(({ id }) => id));
  await caughtUp();
});
