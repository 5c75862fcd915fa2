/** A gateway of somebody's own, with an API that no connector knows: routes have a weight, a caller gets through while it is above 0. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gateway {
  readonly url: string;
  readonly token: string;
  readonly weights: Map<string, number>;
  /** Every change that arrived: method, path, body. */
  readonly changes: { readonly method: string; readonly path: string; readonly body: string }[];
  /** What happens to the next change. */
  next: 'answer' | 'lose' | 'refuse' | 'fail' | 'redirect' | 'flood' | 'conflict';
  stop(): Promise<void>;
}

export async function startGateway(): Promise<Gateway> {
  const token = 'gateway-token-of-the-test';
  const weights = new Map([
    ['chat', 100],
    ['a b/c', 7],
  ]);
  const changes: Gateway['changes'] = [];
  const state = { next: 'answer' as Gateway['next'] };
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const [, kind, encoded = ''] = pathname.split('/');
    const name = decodeURIComponent(encoded);
    if (kind === 'use') {
      const open = (weights.get(name) ?? 0) > 0;
      return send(response, open ? 200 : 403, { through: open });
    }
    if (request.headers.authorization !== `Bearer ${token}`) return send(response, 401, { echo: request.headers });
    const weight = weights.get(name);
    if (kind !== 'routes' || weight === undefined) return send(response, 404, {});
    if (request.method === 'GET')
      return send(response, 200, { route: { name, weight, note: `asked with ${request.headers.authorization}` } });
    const how = state.next;
    state.next = 'answer';
    changes.push({ method: request.method ?? '', path: request.url ?? '', body });
    if (how === 'refuse') return send(response, 403, { echo: request.headers });
    if (how === 'conflict') return send(response, 409, {});
    if (how === 'fail') return send(response, 500, {});
    if (how === 'redirect') return response.writeHead(307, { location: 'http://127.0.0.1:9/steal' }).end();
    weights.set(name, Number((JSON.parse(body) as { weight: number }).weight));
    if (how === 'lose') return request.socket.destroy();
    if (how === 'flood') return response.writeHead(200).end('x'.repeat(2 * 1024 * 1024));
    return send(response, 200, { route: { name, weight: weights.get(name) } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    weights,
    changes,
    get next() {
      return state.next;
    },
    set next(how) {
      state.next = how;
    },
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

/** Where a declaration puts a parameter in. */
export const slot = (name: string) => `\${${name}}`;

/** A lever on it, as a document. `more` replaces parts. */
export function routeLever(url: string, more: object = {}): Record<string, unknown> {
  const headers = { authorization: { env: 'GATEWAY_TOKEN', prefix: 'Bearer ' } };
  const route = `${url}/routes/\${route}`;
  return {
    apiVersion: 'firebreak.dev/v1',
    kind: 'Lever',
    id: 'drain-route',
    title: 'Drain the route',
    stage: 'network',
    target: 'kind=Client',
    parameters: { route: { from: 'name' } },
    severs: [{ edge: 'CLIENT_SCOPE', from: 'target', to: 'kind=Scope' }],
    cost: 4,
    interrupts: [{ what: 'Requests of it are refused.', weight: 2 }],
    takes: 5,
    permissions: ['routes:write on the gateway'],
    do: {
      http: { method: 'PATCH', url: route, headers, json: { weight: 0, by: `firebreak for ${slot('route')}` } },
      expect: { status: [200] },
    },
    undo: { http: { method: 'PATCH', url: route, headers, json: { weight: { $before: '/weight' } } } },
    read: { http: { method: 'GET', url: route, headers }, state: { weight: '/body/route/weight' } },
    inEffect: [{ at: '/weight', is: 0 }],
    probes: [
      {
        what: 'The caller does not get through the gateway',
        http: { method: 'GET', url: `${url}/use/\${route}` },
        holds: { status: [403], answer: [{ at: '/body/through', is: false }] },
      },
    ],
    ...more,
  };
}
