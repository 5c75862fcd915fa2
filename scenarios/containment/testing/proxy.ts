/**
 * A proxy on loopback in front of the real API server, which a test tells what becomes of each request: passed on, held,
 * refused, or carried out with the answer lost. The requests that it holds are where a process can be killed at a place that
 * is the same every time.
 */

import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openAccess } from '../../../packages/platform/src/connectors/kubernetes/live/kubeconfig.ts';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  /** It would change an object; reviews and token requests do not. */
  readonly writes: boolean;
}

export type Treatment =
  | { readonly do: 'pass' }
  /** Never reaches the server, and is never answered. */
  | { readonly do: 'hold' }
  /** Never reaches the server; the connection breaks. */
  | { readonly do: 'break' }
  | { readonly do: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The server carries it out; then `made` is called, and the answer stays away, or breaks off in the middle. */
  | { readonly do: 'lose'; readonly how: 'hold' | 'break' | 'cut'; readonly made?: () => void };

export const pass: Treatment = { do: 'pass' };

export interface ProxyToCluster {
  /** Decides about every request from now on. */
  treat: (asked: Asked) => Treatment | Promise<Treatment>;
  /** Requests that would change something, as they came, carried out or not. */
  readonly writes: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a proxy and writes a kubeconfig that leads to it. With `token` the kubeconfig carries it; without, the proxy lends the
 * administrator's certificate to requests that bring no token of their own.
 */
export async function openProxy(options: {
  admin: string;
  kubeconfig: string;
  token?: string;
}): Promise<ProxyToCluster> {
  const { server: target, tls } = await openAccess({ file: options.admin });
  const { cert, key, ...anonymous } = tls;
  const agents = {
    admin: new Agent({ ...tls, keepAlive: true }),
    bearer: new Agent({ ...anonymous, keepAlive: true }),
  };
  const writes: string[] = [];
  const proxy: { treat: ProxyToCluster['treat'] } = { treat: () => pass };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, search } = new URL(incoming.url ?? '', 'http://proxy');
    const asked = {
      method: incoming.method ?? '',
      path: pathname,
      query: search,
      writes: isWrite(incoming.method, pathname),
    };
    if (asked.writes) writes.push(`${asked.method} ${asked.path}`);
    const treatment = await proxy.treat(asked);
    switch (treatment.do) {
      case 'hold':
        return;
      case 'break':
        incoming.socket.destroy();
        return;
      case 'answer':
        outgoing.writeHead(treatment.status, { 'content-type': 'application/json', ...treatment.headers });
        outgoing.end(JSON.stringify(refusal(treatment.status)));
        return;
      case 'pass':
      case 'lose': {
        const { status, headers, body } = await forward(incoming, Buffer.concat(chunks));
        if (treatment.do === 'pass') {
          outgoing.writeHead(status, headers).end(body);
          return;
        }
        treatment.made?.();
        if (treatment.how === 'hold') return;
        if (treatment.how === 'cut')
          outgoing
            .writeHead(status, { ...headers, 'content-length': body.length })
            .write(body.subarray(0, body.length / 2));
        setImmediate(() => incoming.socket.destroy());
      }
    }
  }

  function forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: target.hostname,
          port: target.port,
          path: incoming.url,
          method: incoming.method,
          headers: {
            ...headers,
            'accept-encoding': 'identity',
            ...(body.length === 0 ? {} : { 'content-length': body.length }),
          },
          agent: headers.authorization === undefined ? agents.admin : agents.bearer,
        },
        (reply) => {
          const pieces: Buffer[] = [];
          reply.on('data', (piece: Buffer) => pieces.push(piece));
          reply.on('error', reject);
          reply.on('end', () =>
            resolve({
              status: reply.statusCode ?? 502,
              headers: { 'content-type': reply.headers['content-type'] ?? '' },
              body: Buffer.concat(pieces),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const server = createServer((incoming, outgoing) => {
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await writeFile(options.kubeconfig, JSON.stringify(kubeconfigTo(`http://127.0.0.1:${port}`, options.token)), {
    mode: 0o600,
  });
  return Object.assign(proxy, {
    writes,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agents.admin.destroy();
      agents.bearer.destroy();
    },
  });
}

function kubeconfigTo(server: string, token: string | undefined) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'we', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'we' } }],
    'current-context': 'proxy',
  };
}

function isWrite(method: string | undefined, path: string): boolean {
  if (method === 'GET') return false;
  return (
    !path.startsWith('/apis/authentication.k8s.io/') &&
    !path.startsWith('/apis/authorization.k8s.io/') &&
    !path.endsWith('/token')
  );
}

function refusal(code: number) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message: `the proxy says ${code}` };
}
