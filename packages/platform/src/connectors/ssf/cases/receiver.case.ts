/**
 * A receiver that ends sessions when it is told to, written against the standards alone: it verifies events with `jose` by the public key
 * that it was given (RFC 8417, RFC 8935), takes each `jti` once, and keeps its own sessions. An attacker uses one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';

export interface ReceiverWorld {
  readonly url: string;
  readonly audience: string;
  readonly token: string;
  /** Key and issuer that it accepts. */
  trust: { issuer: string; keys: readonly JWK[] };
  /** Events that it took, each once. */
  readonly taken: Map<string, JWTPayload>;
  /** How many requests came. */
  readonly arrived: { count: number };
  /** What it does with the next one. */
  next: 'take' | 'lose' | 'redirect' | 'flood' | 'hang' | 'chatty' | number;
  /** Starts a session of a subject. */
  signIn(subject: string): string;
  /** What whoever has the session gets. */
  use(session: string): Promise<number>;
  /** As the poll endpoint gives it. */
  take(set: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<ReceiverWorld> {
  const audience = 'https://gateway.example.com/';
  const token = 'receiver-token-of-the-test';
  const sessions = new Map<string, string>();
  const taken = new Map<string, JWTPayload>();
  const arrived = { count: 0 };
  const state: { next: ReceiverWorld['next']; trust: ReceiverWorld['trust'] } = {
    next: 'take',
    trust: { issuer: '', keys: [] },
  };

  async function take(set: string): Promise<void> {
    const { payload, protectedHeader } = await jwtVerify(set, createLocalJWKSet({ keys: [...state.trust.keys] }), {
      issuer: state.trust.issuer,
      audience,
      typ: 'secevent+jwt',
      algorithms: ['ES256'],
    });
    if (protectedHeader.kid === undefined || payload.jti === undefined || payload.iat === undefined)
      throw new Error('incomplete');
    // SSF 1.0: neither a `sub` nor an end.
    if ('sub' in payload || 'exp' in payload) throw new Error('not an event');
    if (taken.has(payload.jti)) return;
    const events = payload.events as Record<string, { event_timestamp?: number }>;
    const [type] = Object.keys(events);
    const subject = payload.sub_id as { format: string; email?: string };
    if (typeof events[type ?? '']?.event_timestamp !== 'number') throw new Error('no moment');
    taken.set(payload.jti, payload);
    if (type?.endsWith('/session-revoked') === true || type?.endsWith('/credential-change') === true)
      for (const [id, of] of sessions) if (subject.format === 'email' && of === subject.email) sessions.delete(id);
  }

  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (request.url === '/use') return send(response, sessions.has(bearer) ? 200 : 401, {});
    if (request.url !== '/events') return send(response, 404, {});
    arrived.count += 1;
    const how = state.next;
    state.next = 'take';
    if (typeof how === 'number')
      return send(response, how, { err: 'invalid_audience', description: `said to ${request.headers.authorization}` });
    if (how === 'hang') return;
    if (how === 'redirect') return response.writeHead(307, { location: 'http://127.0.0.1:9/steal' }).end();
    if (how === 'chatty') return send(response, 400, { err: `token ${bearer}`, description: 'x' });
    if (bearer !== token) return send(response, 401, {});
    try {
      if (request.headers['content-type'] !== 'application/secevent+jwt') throw new Error('not an event');
      await take(body);
    } catch {
      return send(response, 400, { err: 'invalid_key', description: 'It does not verify.' });
    }
    if (how === 'lose') return request.socket.destroy();
    if (how === 'flood') return response.writeHead(202).end('x'.repeat(1024 * 1024));
    return response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 0;
  return {
    url,
    audience,
    token,
    taken,
    arrived,
    take,
    get trust() {
      return state.trust;
    },
    set trust(to) {
      state.trust = to;
    },
    get next() {
      return state.next;
    },
    set next(how) {
      state.next = how;
    },
    signIn(subject) {
      count += 1;
      sessions.set(`session-${count}`, subject);
      return `session-${count}`;
    },
    use: async (session) => (await fetch(`${url}/use`, { headers: { authorization: `Bearer ${session}` } })).status,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A transmitter of the test, as its file describes it. */
export function transmitterFile(
  folder: string,
  receiver: { readonly url: string; readonly audience: string },
  more: object = {},
) {
  return {
    apiVersion: 'firebreak.dev/v1',
    kind: 'SignalTransmitter',
    issuer: 'https://firebreak.example.com',
    key: `${folder}/ssf.key`,
    outbox: `${folder}/outbox`,
    receivers: [
      {
        id: 'gateway',
        audience: receiver.audience,
        push: {
          endpoint: `${receiver.url}/events`,
          authorization: { env: 'RECEIVER_TOKEN', prefix: 'Bearer ' },
          timeoutSeconds: 1,
        },
        events: ['session-revoked', 'credential-change'],
        subjects: [{ node: 'kind=Client', as: { format: 'email', email: `\${name}@example.com` } }],
      },
    ],
    ...more,
  };
}
