/**
 * What receivers ask of a transmitter: who we are (SSF 1.0), our public key, and events that wait for them (RFC 8936). Only on this machine:
 * whatever speaks TLS for us is in front. What comes in is bounded, and nobody learns more than what waits for them.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FirebreakError } from '@firebreak/contract';
import type { JWK } from 'jose';
import { z } from 'zod';
import { secretText } from '../../intake/secret-reference.ts';
import type { Receiver, Transmitter } from './configuration.ts';
import type { Outbox } from './outbox.ts';

export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

const maxBody = 64 * 1024;
const mostEvents = 100;
const jti = z.string().max(200);
const pollRequest = z.object({
  maxEvents: z.number().int().nonnegative().max(1e6).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(jti).max(1000).default([]),
  setErrs: z
    .record(jti, z.object({ err: z.string().max(200), description: z.string().max(2000).optional() }))
    .default({}),
});

/** @throws FirebreakError FB-USAGE when the port is taken */
export async function startListener(
  transmitter: Transmitter,
  parts: { readonly key: JWK; readonly outbox: Outbox },
): Promise<Listener> {
  const { host, port } = transmitter.listen ?? { host: '127.0.0.1', port: 0 };
  const server: Server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000, keepAliveTimeout: 1000 },
    (request, response) => {
      answer(request, response, transmitter, parts).catch(() => send(response, 500, {}));
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new FirebreakError('FB-USAGE', `Port ${port} on ${host} cannot be listened on.`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  transmitter: Transmitter,
  { key, outbox }: { readonly key: JWK; readonly outbox: Outbox },
): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const base = transmitter.issuer.replace(/\/+$/, '');
  if (request.method === 'GET' && path === '/.well-known/ssf-configuration')
    return send(response, 200, {
      spec_version: '1_0',
      issuer: transmitter.issuer,
      jwks_uri: `${base}/ssf/jwks.json`,
      delivery_methods_supported: ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936'],
      default_subjects: 'NONE',
    });
  if (request.method === 'GET' && path === '/ssf/jwks.json') return send(response, 200, { keys: [key] });
  const name = /^\/ssf\/poll\/([a-z][a-z0-9-]{0,62})$/.exec(path)?.[1];
  if (request.method !== 'POST' || name === undefined) return send(response, 404, {});
  const receiver = transmitter.receivers.find(({ id }) => id === name);
  if (receiver === undefined || !(await isItself(receiver, request.headers.authorization)))
    return send(response, 401, {});
  const body = await bodyOf(request);
  const asked = body === undefined ? undefined : pollRequest.safeParse(body);
  if (asked?.success !== true)
    return send(response, 400, { err: 'invalid_request', description: 'Not a poll of RFC 8936.' });
  return send(response, 200, await polled(receiver.id, asked.data, outbox));
}

/** Takes note of what was taken and refused, then hands out what waits. */
async function polled(receiver: string, asked: z.infer<typeof pollRequest>, outbox: Outbox) {
  const at = new Date().toISOString();
  for (const each of asked.ack) {
    const entry = await outbox.get(each);
    if (entry?.receiver === receiver && entry.state === 'waiting')
      await outbox.put({ ...entry, state: 'accepted', proof: 'ack', at });
  }
  for (const [each, { err }] of Object.entries(asked.setErrs)) {
    const entry = await outbox.get(each);
    const told = /^[a-z_]{1,64}$/.test(err) ? err : 'no code';
    if (entry?.receiver === receiver && entry.state === 'waiting')
      await outbox.put({ ...entry, state: 'refused', err: told, at });
  }
  const most = Math.min(asked.maxEvents ?? mostEvents, mostEvents);
  const waiting = await outbox.waitingFor(receiver, most + 1);
  const sets = Object.fromEntries(waiting.slice(0, most).map((entry) => [entry.jti, entry.set]));
  return { sets, ...(waiting.length > most ? { moreAvailable: true } : {}) };
}

async function isItself({ poll }: Receiver, authorization: string | undefined): Promise<boolean> {
  if (poll === undefined || authorization === undefined) return false;
  const wanted = await secretText({ prefix: 'Bearer ', ...poll.token }, new Set());
  const [one, other] = [Buffer.from(authorization), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Undefined for what is too long or no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBody) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value));
}
