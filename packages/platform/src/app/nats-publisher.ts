/** Puts events on a bus, each into the partition of who acted, with its id, by which the bus and the store know it again. */
import { FirebreakError, type NormalEvent } from '@firebreak/contract';
import type { EventPublisher } from '../cli/world.ts';
import { openBus, partitionOf, subjectOf } from './event-bus.ts';

/** Acknowledgements that are waited for at a time. */
const mostUnderway = 256;

/** @throws FirebreakError FB-BUS-UNREACHABLE, FB-USAGE */
export async function openPublisher(address: string, partitions: number): Promise<EventPublisher> {
  const { connection } = await openBus(address, partitions);
  const { jetstream } = await import('@nats-io/jetstream');
  const bus = jetstream(connection);
  const counts = { published: 0, duplicates: 0 };
  let underway: Promise<void>[] = [];
  const put = async (event: NormalEvent, raw: unknown): Promise<void> => {
    const acknowledged = await bus.publish(subjectOf(partitionOf(event, partitions)), JSON.stringify(raw), {
      msgID: event.id,
      retries: 5,
    });
    if (acknowledged.duplicate) counts.duplicates += 1;
    else counts.published += 1;
  };
  const settled = async () => {
    const waited = underway;
    underway = [];
    await Promise.all(waited).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new FirebreakError('FB-BUS-UNREACHABLE', `NATS took not all of it: ${why}. Send it again; it counts once.`);
    });
  };
  return {
    publish: async (event, raw) => {
      underway.push(put(event, raw));
      if (underway.length >= mostUnderway) await settled();
    },
    settled: async () => {
      await settled();
      return counts;
    },
    close: () => connection.close(),
  };
}
