/**
 * Takes this server's partition of the events on a bus in by the intake line. A message is acknowledged after the line has said that its
 * event is durable; one that was not comes again, and counts once by its id. No more than the bus lets wait is ever underway, so a
 * slow database slows the bus and loses nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError } from '@firebreak/contract';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { type OpenBus, openBus, stream, subjectOf } from './event-bus.ts';
import type { IntakeLine, IntakePlace } from './intake-line.ts';

export interface NatsIntakeParts {
  readonly address: string;
  readonly partitions: number;
  /** From 0. */
  readonly partition: number;
  readonly line: Pick<IntakeLine, 'take' | 'takeText'>;
  readonly onTrouble: (error: unknown) => void;
  /** After so long a message that was not acknowledged comes again. */
  readonly ackWaitMs?: number;
}

/** Messages that may be underway; what the line writes together is of that order too. */
const mostPending = 4000;
const waitMs = 2000;

export class NatsIntake {
  readonly #bus: OpenBus;
  readonly #parts: NatsIntakeParts;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #waiting: JsMsg[] = [];
  #writing: Promise<void> | undefined;
  #consumed: ConsumerMessages | undefined;

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
    this.#consumed?.stop();
    await this.#running;
    await this.#writing;
    await this.#bus.connection.drain();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { jetstream } = await import('@nats-io/jetstream');
    while (!signal.aborted) {
      try {
        const consumer = await jetstream(this.#bus.connection).consumers.get(stream, nameOf(this.#parts));
        const consumed = await consumer.consume({ max_messages: mostPending });
        this.#consumed = consumed;
        if (signal.aborted) consumed.stop();
        for await (const message of consumed) {
          this.#waiting.push(message);
          this.#writing ??= this.#write();
        }
      } catch (error) {
        this.#parts.onTrouble(error);
        await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  /** What is no JSON is counted: among others as a line, alone as a text, which no format knows. */
  async #take(messages: readonly JsMsg[], place: IntakePlace): Promise<void> {
    const lines = messages.length > 1 ? linesOf(messages) : undefined;
    try {
      if (lines !== undefined) return void (await this.#parts.line.takeText(lines, place));
    } catch (error) {
      if (!(error instanceof FirebreakError) || error.code !== 'FB-USAGE') throw error;
    }
    await this.#parts.line.take(messages.map(eventOf), place);
  }

  /** What came while the last was written is written together. */
  async #write(): Promise<void> {
    const place = { source: 'nats', locator: subjectOf(this.#parts.partition) };
    while (this.#waiting.length > 0) {
      const messages = this.#waiting.splice(0);
      try {
        await this.#take(messages, place);
        for (const message of messages) message.ack();
      } catch (error) {
        for (const message of messages) message.nak(waitMs);
        // To be told to come again is no trouble: the bus keeps it.
        if (!(error instanceof FirebreakError) || error.code !== 'FB-INTAKE-FULL') this.#parts.onTrouble(error);
      }
    }
    this.#writing = undefined;
  }
}

/** As lines where they are: those are read by a thread of their own. Undefined when a message is more than one line, or none. */
function linesOf(messages: readonly JsMsg[]): Buffer | undefined {
  const newline = Buffer.from('\n');
  if (messages.some(({ data }) => data.length === 0 || data.includes(newline[0] as number))) return undefined;
  return Buffer.concat(messages.flatMap(({ data }) => [data, newline]));
}

const nameOf = ({ partition, partitions }: NatsIntakeParts) => `firebreak-${partition}-of-${partitions}`;

function eventOf(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return message.string();
  }
}
