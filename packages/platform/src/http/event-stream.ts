/** Server-sent events: tells every open console that something of an incident changed; what changed it asks for itself. */
import type { eventSchema } from '@firebreak/contract';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

export type LiveEvent = z.infer<typeof eventSchema>;

const heartbeatMs = 15_000;

interface Reader {
  readonly reply: FastifyReply;
  /** Whether the sign-in that opened the stream still holds. */
  readonly stillWelcome: () => Promise<boolean>;
}

/**
 * Fans events out to the connections that are open. A reader that does not keep up is cut off, so that none can fill our
 * memory: it reconnects and reads afresh. A reader whose session ended meanwhile is let go at the next heartbeat.
 */
export class EventStream {
  readonly #readers = new Set<Reader>();
  #heartbeat: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#readers.size;
  }

  connect(reply: FastifyReply, stillWelcome: () => Promise<boolean>): void {
    reply.hijack();
    const { raw } = reply;
    const reader = { reply, stillWelcome };
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    raw.on('error', () => this.#drop(reader));
    raw.once('close', () => this.#drop(reader));
    this.#readers.add(reader);
    this.#heartbeat ??= setInterval(() => void this.#beat(), heartbeatMs).unref();
    raw.write('retry: 1000\n\n');
  }

  send(event: LiveEvent): void {
    const text = `data: ${JSON.stringify(event)}\n\n`;
    for (const reader of this.#readers) this.#write(reader, text);
  }

  close(): void {
    for (const { reply } of this.#readers) reply.raw.end();
    this.#readers.clear();
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  async #beat(): Promise<void> {
    for (const reader of [...this.#readers]) {
      const welcome = await reader.stillWelcome().catch(() => false);
      if (!this.#readers.has(reader)) continue;
      if (welcome) this.#write(reader, ': still here\n\n');
      else {
        this.#readers.delete(reader);
        reader.reply.raw.end();
      }
    }
  }

  #write(reader: Reader, text: string): void {
    if (reader.reply.raw.writableNeedDrain) this.#drop(reader);
    else reader.reply.raw.write(text);
  }

  #drop(reader: Reader): void {
    this.#readers.delete(reader);
    reader.reply.raw.destroy();
    if (this.#readers.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}
