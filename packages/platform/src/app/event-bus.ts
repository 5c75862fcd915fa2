/**
 * Events on a NATS JetStream, for when one process is not enough. What must stay true:
 *
 * - All events of an identity are in one partition, so that one server sees them all: the partition is a hash of who acted.
 * - How many partitions there are stands with the stream, and whoever thinks otherwise is refused: no message lies where nobody reads.
 * - A message is gone from the stream when a server has said that its event is durable, and not before.
 * - What does not fit into the stream is refused to its sender, never pushed out.
 */
import { FirebreakError, type NormalEvent } from '@firebreak/contract';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { actingNodes } from '../events/acting-nodes.ts';
import { type EventLine, mainLine } from '../events/store.ts';
import { sha256Hex } from '../kernel/digest.ts';

export const stream = 'FIREBREAK_EVENTS';
export const subjectOf = (partition: number) => `firebreak.events.${partition}`;
/** How long the bus itself knows an event again; the store knows it for good. */
const duplicateWindowMs = 10 * 60_000;

export interface OpenBus {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

/** @param address nats://[user:password@]host:port @throws FirebreakError FB-BUS-UNREACHABLE, FB-USAGE */
export async function openBus(address: string, partitions: number): Promise<OpenBus> {
  const [{ connect, nanos }, { jetstreamManager, DiscardPolicy, RetentionPolicy, StorageType }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
  ]);
  const { servers, user, pass } = whereOf(address);
  const connection = await connect({
    servers,
    name: 'firebreak',
    maxReconnectAttempts: -1,
    ...(user === undefined ? {} : { user, pass }),
  }).catch(unreachable);
  try {
    const manager = await jetstreamManager(connection);
    const wanted = described(partitions);
    const known = await manager.streams.info(stream).catch(() => undefined);
    const { config } =
      known ??
      (await manager.streams.add({
        name: stream,
        description: wanted,
        subjects: ['firebreak.events.*'],
        storage: StorageType.File,
        retention: RetentionPolicy.Workqueue,
        discard: DiscardPolicy.New,
        duplicate_window: nanos(duplicateWindowMs),
      }));
    if (config.description !== wanted)
      throw new FirebreakError('FB-USAGE', `The stream ${stream} is for ${config.description}, not for ${wanted}.`);
    return { connection, manager };
  } catch (error) {
    await connection.close();
    if (error instanceof FirebreakError) throw error;
    return unreachable(error);
  }
}

/** The part of all events that one belongs to: by the first node that acted, or the name where none is told. */
export function partitionOf(event: NormalEvent, partitions: number): number {
  const [who = event.actor.name] = actingNodes(event);
  return Number.parseInt(sha256Hex(who).slice(0, 8), 16) % partitions;
}

/**
 * The line of the server whose partition it is: it watches what it took in itself, so that several may share a database. The first also
 * watches what came in while events were divided otherwise.
 */
export function lineOf({
  partition,
  partitions,
}: {
  readonly partition: number;
  readonly partitions: number;
}): EventLine {
  if (partitions === 1) return mainLine;
  const all = `of-${partitions}/`;
  return { name: `${all}${partition}`, ...(partition === 0 ? { except: all } : {}) };
}

const described = (partitions: number) => `events in ${partitions} partitions`;

function whereOf(address: string): { servers: string; user?: string; pass?: string } {
  const url = URL.parse(address);
  if (url === null || !['nats:', 'tls:'].includes(url.protocol))
    throw new FirebreakError('FB-USAGE', 'A bus is written as nats://host:4222.');
  const servers = `${url.protocol}//${url.host}`;
  if (url.username === '') return { servers };
  return { servers, user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
}

function unreachable(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new FirebreakError('FB-BUS-UNREACHABLE', `NATS: ${why}.`, { cause });
}
