/**
 * Takes this server's partition of the events on a bus in by the intake line. A message is acknowledged after the line has said that its
 * event is durable; one that was not comes again, and counts once by its id. No more than the bus lets wait is ever underway, so a
 * slow database slows the bus and loses nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsMsg } from '@nats-io/jetstream';
import { openBus, type OpenBus, stream, subjectOf } from './event-bus.ts';
import type { IntakeLine } from './intake-line.ts';

export interface NatsIntakeParts {
  readonly address: string;
  readonly partitions: number;
  /** From 0. */
  readonly partition: number;
  readonly line: Pick<IntakeLine, 'take'>;
  readonly onTrouble: (error: unknown) => void;
  /** After so long a message that was not acknowledged comes again. */
  readonly ackWaitMs?: number;
}

const atOnce = 500;
/** Messages that may be underway: two fetches, one being written and one on its way. */
const mostPending = 2 * atOnce;
const waitMs = 2000;

export class NatsIntake {
  readonly #bus: OpenBus;
  readonly #parts: NatsIntakeParts;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  /** @throws FirebreakError FB-BUS-UNREACHABLE, FB-USAGE */
  static async open(parts: NatsIntakeParts): Promise<NatsIntake> {
    const bus = await openBus(parts.address, parts.partitions);
    const { AckPolicy } = await import('@nats-io/jetstream');
    const { nanos } = await import('@nats-io/transport-node');
    await bus.manager.consumers.add(stream, {
      durable_name: nameOf(parts),
      filter_subject: subjectOf(parts.partition),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(parts.ackWaitMs ?? 30_000),
      max_ack_pending: mostPending,
    });
    return new NatsIntake(bus, parts);
  }

  constructor(bus: OpenBus, parts: NatsIntakeParts) {
    this.#bus = bus;
    this.#parts = parts;
    this.#running = this.#run();
  }

  /** Ends after what is underway is durable and acknowledged. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#bus.connection.drain();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#fetch();
      } catch (error) {
        this.#parts.onTrouble(error);
        await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #fetch(): Promise<void> {
    const { partition } = this.#parts;
    const { jetstream } = await import('@nats-io/jetstream');
    const consumer = await jetstream(this.#bus.connection).consumers.get(stream, nameOf(this.#parts));
    const fetched = await consumer.fetch({ max_messages: atOnce, expires: 1000 });
    const messages: JsMsg[] = [];
    for await (const message of fetched) messages.push(message);
    if (messages.length === 0) return;
    try {
      // What is no JSON comes in as text: no format knows that, and so it is counted.
      await this.#parts.line.take(messages.map(valueOf), { source: 'nats', locator: subjectOf(partition) });
    } catch (error) {
      for (const message of messages) message.nak(waitMs);
      throw error;
    }
    for (const message of messages) message.ack();
    await this.#bus.connection.flush();
  }
}

const nameOf = ({ partition, partitions }: NatsIntakeParts) => `firebreak-${partition}-of-${partitions}`;

function valueOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return message.string();
  }
}
