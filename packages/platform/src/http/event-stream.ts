/** Server-sent events: tells every open console that something of an incident changed; what changed it asks for itself. */
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface LiveEvent {
  readonly type: string;
  readonly incident: string | null;
}

const HEARTBEAT_MS = 15_000;

/** Fans events out to the connections that are open. A reader that does not keep up is cut off: it reconnects and reads afresh. */
export class EventStream {
  readonly #open = new Set<FastifyReply>();

  connect(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-content-type-options': 'nosniff',
    });
    reply.raw.write('retry: 1000\n\n');
    this.#open.add(reply);
    const heartbeat = setInterval(() => reply.raw.write(': still here\n\n'), HEARTBEAT_MS);
    request.raw.once('close', () => {
      clearInterval(heartbeat);
      this.#open.delete(reply);
    });
  }

  send(event: LiveEvent): void {
    const text = `data: ${JSON.stringify(event)}\n\n`;
    for (const reply of this.#open) {
      if (reply.raw.writableNeedDrain) reply.raw.destroy();
      else reply.raw.write(text);
    }
  }

  close(): void {
    for (const reply of this.#open) reply.raw.end();
    this.#open.clear();
  }
}
