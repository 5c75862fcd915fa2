/** The admission webhook: TLS on one port, one path, and a gate that is asked over HTTP. It keeps nothing and holds one token. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type AskGate, answerReview } from '../promotion/admission/review.ts';

/** An object of the API server is at most 3 MiB in a request; a review holds it twice. */
const mostBytes = 8 * 1024 * 1024;
const requestMs = 9_000;

export interface AdmissionServer {
  /** `https://host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export async function admissionServer(
  where: { readonly host: string; readonly port: number; readonly cert: string; readonly key: string },
  ask: AskGate,
): Promise<AdmissionServer> {
  const server = createServer({ cert: where.cert, key: where.key, requestTimeout: requestMs }, (request, response) => {
    const end = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') return end(200, { ok: true });
    if (request.method !== 'POST' || request.url?.split('?')[0] !== '/admission')
      return end(404, { error: 'not found' });
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= mostBytes) pieces.push(piece);
    });
    request.on('end', () => {
      if (bytes > mostBytes) return end(413, { error: 'too large' });
      void Promise.resolve()
        .then(() => answerReview(JSON.parse(Buffer.concat(pieces).toString('utf8')), ask))
        .then(
          (answer) => end(answer === undefined ? 400 : 200, answer ?? { error: 'no AdmissionReview of v1' }),
          () => end(400, { error: 'no AdmissionReview of v1' }),
        );
    });
  });
  server.listen(where.port, where.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `https://${where.host}:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
