/** Every failure leaves the server as `{code, what, why, next}` with the status of the catalogue, and says nothing more. */
import type { Socket } from 'node:net';
import { catalogue, FirebreakError } from '@firebreak/contract';
import type { FastifyReply } from 'fastify';

export function sendFailure(error: unknown, reply: FastifyReply): FastifyReply {
  const { status, failure } = asFailure(error);
  if (status >= 500 && !(error instanceof FirebreakError)) reply.log.error(error);
  // A file that could not be begun had its headers set already.
  reply.removeHeader('content-disposition');
  return reply.status(status).type('application/json; charset=utf-8').send(JSON.stringify(failure.toJSON()));
}

/** Only what the catalogue or the framework says is for strangers' eyes; the rest is for the log. */
export function asFailure(error: unknown): { status: number; failure: FirebreakError } {
  if (error instanceof FirebreakError) return { status: catalogue[error.code].status, failure: error };
  if (isRefusalOfFastify(error))
    return { status: error.statusCode, failure: new FirebreakError('FB-USAGE', `${error.message}.`) };
  return { status: 500, failure: new FirebreakError('FB-INTERNAL', 'The log of the server says more.') };
}

/** Its words are fixed ones about the request. Errors of other libraries may look alike, but for the code. */
function isRefusalOfFastify(error: unknown): error is Error & { statusCode: number } {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return false;
  const { code, statusCode } = error;
  return String(code).startsWith('FST_') && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

/** What cannot even be read as HTTP: the framework has no request for it yet. */
export function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(new FirebreakError('FB-USAGE', 'It cannot be read as an HTTP request.').toJSON());
  const head = ['HTTP/1.1 400 Bad Request', 'Content-Type: application/json; charset=utf-8', 'Connection: close'];
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
