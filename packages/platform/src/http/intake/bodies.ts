/**
 * How bodies of senders of logs are read. Unlike the API's own they may hold anything: a field called `__proto__` in somebody's pod
 * must not keep the batch out that tells of it, and one broken line must not keep out the others.
 */
import { FirebreakError, type Intake } from '@firebreak/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MalformedOtlp, readOtlp, writeOtlpAnswer, writeOtlpStatus } from '../../events/otlp/wire.ts';
import { asFailure, sendFailure } from '../failure.ts';
import { withHeaders } from './headers.ts';

const protobuf = 'application/x-protobuf';
/** Not `text/plain`: a page of another site can send that without asking first. */
const json = /^application\/(?:(?:[\w.-]+\+)?json|x-ndjson|jsonl)(?:\s*;|$)/i;
/** When somebody whom we cannot serve now shall come again, in seconds: what waits here is soon gone. */
const later = '5';
const soon = '1';

/** For a scope of the server in which only routes with `intake` are. */
export function readForeignBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  const as = { parseAs: 'buffer' } as const;
  scope.addContentTypeParser<Buffer>(json, as, async (request: FastifyRequest, body: Buffer) =>
    takesBytes(request) ? body : parsed(body),
  );
  scope.addContentTypeParser<Buffer>(protobuf, as, async (_request: FastifyRequest, body: Buffer) => body);
  scope.setErrorHandler((error, request, reply) => {
    const { status, failure } = asFailure(error);
    if (status === 429 || status === 503) reply.header('retry-after', failure.code === 'FB-INTAKE-FULL' ? soon : later);
    return isProtobuf(request)
      ? reply.status(status).type(protobuf).send(writeOtlpStatus(failure.message))
      : sendFailure(error, reply);
  });
}

/** @throws FirebreakError FB-USAGE for what is not of the route's protocol */
export function foreignBody(request: FastifyRequest, { otlp }: Intake): unknown {
  if (!isProtobuf(request)) return withHeaders(request.body, request.headers);
  if (otlp === undefined)
    throw new FirebreakError('FB-USAGE', 'Only OTLP is taken as protobuf, at /v1/traces and /v1/logs.');
  try {
    return readOtlp(request.body as Buffer, otlp);
  } catch (error) {
    if (!(error instanceof MalformedOtlp)) throw error;
    throw new FirebreakError('FB-USAGE', `The body is no OTLP: ${error.message}`);
  }
}

/** Sends the answer of a route that speaks OTLP in the encoding of the request. */
export function sendOtlp(request: FastifyRequest, reply: FastifyReply, answer: unknown): FastifyReply {
  if (!isProtobuf(request)) return reply.type('application/json').send(JSON.stringify(answer));
  const { partialSuccess } = answer as { partialSuccess?: Readonly<Record<string, string>> };
  if (partialSuccess === undefined) return reply.type(protobuf).send(writeOtlpAnswer(undefined));
  const { errorMessage = '', ...rejected } = partialSuccess;
  const count = Number(Object.values(rejected)[0] ?? 0);
  return reply.type(protobuf).send(writeOtlpAnswer({ rejected: count, errorMessage }));
}

function takesBytes({ routeOptions: { config } }: FastifyRequest): boolean {
  return 'bytes' in config && config.bytes === true;
}

function isProtobuf(request: FastifyRequest): boolean {
  return (request.headers['content-type'] ?? '').toLowerCase().startsWith(protobuf);
}

/** JSON, or a value a line; of lines that are none the text itself, which no format knows. */
function parsed(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const values = lines.map(valueOfLine);
    if (lines.length < 2 || values.every((value) => typeof value === 'string'))
      throw new FirebreakError('FB-USAGE', 'The body is no JSON.');
    return values;
  }
}

function valueOfLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
