/**
 * A realm of Keycloak as its admin REST API documents it, as far as we ask of it: clients, their scopes, not-before, tokens that it
 * gives, introspects and revokes. It takes a representation as Keycloak does: what is not in it stays as it is.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Issued {
  readonly client: string;
  readonly scope: string;
  readonly at: number;
  revoked: boolean;
}

export interface RealmWorld {
  readonly issuer: string;
  readonly adminSecret: string;
  /** Changes that arrived. */
  readonly changes: { readonly method: string; readonly path: string; readonly body: unknown }[];
  /** The nth change from now (0 is the next): it is refused with a status, its answer is lost, or it never arrives. */
  breakAt(at: number, how: 'lose' | 'drop' | number): void;
  /** Everything that the realm keeps of the client. */
  state(): unknown;
  /** Seconds since 1970, as the realm has it. */
  now: number;
  /** As whoever has the client's secret. */
  asClient(scope?: string): Promise<{ readonly status: number; readonly token: string }>;
  introspect(token: string): Promise<boolean>;
  userinfo(token: string): Promise<number>;
  stop(): Promise<void>;
}

const scopes = [
  { id: 'scope-profile', name: 'profile' },
  { id: 'scope-models', name: 'models' },
  { id: 'scope-data', name: 'data' },
];

export async function startRealm(): Promise<RealmWorld> {
  const adminSecret = `admin-${randomUUID()}`;
  const secret = `trainer-${randomUUID()}`;
  const client: Record<string, unknown> = {
    id: 'uuid-trainer',
    clientId: 'trainer',
    name: 'Trainer',
    enabled: true,
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
    redirectUris: [],
    notBefore: 0,
    secret,
  };
  const mapped = {
    default: new Set(['scope-profile', 'scope-models']),
    optional: new Set(['scope-data', 'scope-models']),
  };
  const issued = new Map<string, Issued>();
  const changes: { method: string; path: string; body: unknown }[] = [];
  const plan: { at: number; how: 'lose' | 'drop' | number }[] = [];
  const world = { now: 1_790_000_000 };
  const accepted = (token: string) => {
    const found = issued.get(token);
    return found !== undefined && !found.revoked && client.enabled === true && found.at >= Number(client.notBefore)
      ? found
      : undefined;
  };
  const named = (kind: 'default' | 'optional') => scopes.filter(({ id }) => mapped[kind].has(id));

  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const url = new URL(request.url ?? '/', 'http://x');
    const path = url.pathname;
    const form = new URLSearchParams(body);
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':')
      .map(decodeURIComponent);
    const isAdmin = basic[0] === 'firebreak' && basic[1] === adminSecret;
    const isClient = basic[0] === 'trainer' && basic[1] === secret;
    const open = '/realms/ml/protocol/openid-connect';
    if (path === '/realms/ml/.well-known/openid-configuration')
      return send(response, 200, {
        issuer: `${base}/realms/ml`,
        token_endpoint: `${base}${open}/token`,
        introspection_endpoint: `${base}${open}/token/introspect`,
        revocation_endpoint: `${base}${open}/revoke`,
        userinfo_endpoint: `${base}${open}/userinfo`,
        jwks_uri: `${base}${open}/certs`,
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
      });
    if (path === `${open}/token`) {
      if (isAdmin) return send(response, 200, { access_token: `admin-token-${adminSecret}` });
      if (!isClient || client.enabled !== true) return send(response, 401, { error: 'invalid_client' });
      const asked = (form.get('scope') ?? '').split(' ').filter((each) => each !== '');
      const has = new Set([...named('default'), ...named('optional')].map(({ name }) => name));
      if (asked.some((each) => !has.has(each))) return send(response, 400, { error: 'invalid_scope' });
      const token = randomUUID();
      issued.set(token, { client: 'trainer', scope: asked.join(' '), at: world.now, revoked: false });
      return send(response, 200, { access_token: token, scope: asked.join(' ') });
    }
    if (path === `${open}/token/introspect`) {
      if (!isAdmin && !isClient) return send(response, 401, {});
      return send(response, 200, { active: accepted(form.get('token') ?? '') !== undefined });
    }
    if (path === `${open}/revoke`) {
      if (!isAdmin && !isClient) return send(response, 401, {});
      const found = issued.get(form.get('token') ?? '');
      if (found !== undefined) found.revoked = true;
      return send(response, 200, {});
    }
    if (path === `${open}/userinfo`) {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      return send(response, accepted(token) === undefined ? 401 : 200, { sub: 'x' });
    }
    if (request.headers.authorization !== `Bearer admin-token-${adminSecret}`) return send(response, 401, {});
    if (request.method === 'GET') return read(response, path, url);
    const broken = plan.findIndex(({ at }) => at === changes.length);
    const how = broken < 0 ? undefined : plan.splice(broken, 1)[0]?.how;
    changes.push({ method: request.method ?? '', path, body: body === '' ? undefined : JSON.parse(body) });
    if (how === 'drop') return request.socket.destroy();
    if (typeof how === 'number') return send(response, how, {});
    const scope = /^\/admin\/realms\/ml\/clients\/uuid-trainer\/(default|optional)-client-scopes\/([^/]+)$/.exec(path);
    if (path === '/admin/realms/ml/clients/uuid-trainer' && request.method === 'PUT')
      Object.assign(client, JSON.parse(body));
    else if (scope !== null) {
      const set = mapped[scope[1] as 'default' | 'optional'];
      if (request.method === 'DELETE') set.delete(String(scope[2]));
      else set.add(String(scope[2]));
    } else return send(response, 404, {});
    if (how === 'lose') return request.socket.destroy();
    return response.writeHead(204).end();
  });

  function read(response: ServerResponse, path: string, url: URL) {
    const below = path.replace('/admin/realms/ml', '');
    if (below === '') return send(response, 200, { realm: 'ml', accessTokenLifespan: 300 });
    if (below === '/clients') {
      const asked = url.searchParams.get('clientId');
      return send(response, 200, asked === null || asked === 'trainer' ? [client] : []);
    }
    const kind = /^\/clients\/uuid-trainer\/(default|optional)-client-scopes$/.exec(below)?.[1];
    if (kind !== undefined) return send(response, 200, named(kind as 'default' | 'optional'));
    if (below === '/clients/uuid-trainer/service-account-user')
      return send(response, 200, { id: 'u-1', username: 'service-account-trainer' });
    if (below === '/users/u-1/role-mappings')
      return send(response, 200, {
        realmMappings: [{ name: 'trainer-role' }],
        clientMappings: { account: { mappings: [{ name: 'view-profile' }] } },
      });
    return send(response, 404, {});
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asTrainer = { authorization: `Basic ${Buffer.from(`trainer:${secret}`).toString('base64')}` };
  const post = (path: string, form: Record<string, string>) =>
    fetch(`${base}/realms/ml/protocol/openid-connect${path}`, {
      method: 'POST',
      headers: asTrainer,
      body: new URLSearchParams(form),
    });
  return {
    issuer: `${base}/realms/ml`,
    adminSecret,
    changes,
    breakAt: (at, how) => void plan.push({ at: changes.length + at, how }),
    state: () => ({ ...client, default: [...mapped.default].sort(), optional: [...mapped.optional].sort() }),
    get now() {
      return world.now;
    },
    set now(to) {
      world.now = to;
    },
    async asClient(scope) {
      const answer = await post('/token', {
        grant_type: 'client_credentials',
        ...(scope === undefined ? {} : { scope }),
      });
      return { status: answer.status, token: ((await answer.json()) as { access_token?: string }).access_token ?? '' };
    },
    introspect: async (token) =>
      ((await (await post('/token/introspect', { token })).json()) as { active: boolean }).active,
    userinfo: async (token) =>
      (
        await fetch(`${base}/realms/ml/protocol/openid-connect/userinfo`, {
          headers: { authorization: `Bearer ${token}` },
        })
      ).status,
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
