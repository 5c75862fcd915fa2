/** A real OpenID provider (oidc-provider) with a client that registered itself, a user's tokens, and what an attacker does with both. */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_client_uri: string;
  registration_access_token: string;
}

export interface IssuerWorld {
  readonly issuer: string;
  readonly client: Registered;
  /** The file that FIREBREAK_OAUTH_REGISTRATIONS names. */
  readonly registrations: string;
  /** Requests that changed a registration. */
  readonly changes: string[];
  /** What happens to the next change: it never leaves the ground, or its answer is lost. */
  next: 'answer' | 'lose' | 'refuse';
  /** Tokens as the provider gives them to a user who agreed. */
  tokensOfUser(): Promise<{ readonly access: string; readonly refresh: string }>;
  /** Asks for a token as the client. Status and body. */
  asClient(
    scope?: string,
  ): Promise<{ readonly status: number; readonly body: { access_token?: string; error?: string } }>;
  /** Shows an access token to the issuer. */
  userinfo(access: string): Promise<number>;
  refresh(refresh: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startIssuer(file: string, rotate = false): Promise<IssuerWorld> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    features: {
      registration: { enabled: true },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: rotate },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      devInteractions: { enabled: false },
    },
    scopes: ['openid', 'offline_access', 'models:read', 'models:write'],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    rotateRefreshToken: false,
  });
  const answer = provider.callback();
  const changes: string[] = [];
  const state = { next: 'answer' as IssuerWorld['next'] };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'PUT') return void answer(request, response);
    const how = state.next;
    state.next = 'answer';
    if (how === 'refuse') return void response.writeHead(403).end();
    changes.push(request.url ?? '');
    if (how === 'lose') {
      // The provider carries it out; what it says never arrives.
      response.end = (() => {
        request.socket.destroy();
        return response;
      }) as typeof response.end;
    }
    void answer(request, response);
  });
  const registering = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'trainer',
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['https://trainer.example.com/callback'],
      scope: 'openid offline_access models:read models:write',
    }),
  });
  if (registering.status !== 201) throw new Error(await registering.text());
  const client = (await registering.json()) as Registered;
  writeFileSync(file, JSON.stringify([client]), { mode: 0o600 });
  chmodSync(file, 0o600);
  const post = async (form: Record<string, string>) => {
    const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;
    const got = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(form),
    });
    return { status: got.status, body: (await got.json()) as { access_token?: string; error?: string } };
  };
  return {
    issuer,
    client,
    registrations: file,
    changes,
    get next() {
      return state.next;
    },
    set next(how) {
      state.next = how;
    },
    async tokensOfUser() {
      const found = await provider.Client.find(client.client_id);
      if (found === undefined) throw new Error('the client is gone');
      const grant = new provider.Grant({ accountId: 'ann', clientId: client.client_id });
      grant.addOIDCScope('openid offline_access');
      const grantId = await grant.save();
      const common = {
        accountId: 'ann',
        client: found,
        grantId,
        gty: 'authorization_code',
        scope: 'openid offline_access',
      };
      const access = await new provider.AccessToken({ ...common, claims: {} } as never).save();
      const refresh = await new provider.RefreshToken({
        ...common,
        rotations: 0,
        iiat: Math.floor(Date.now() / 1000),
      } as never).save();
      return { access, refresh };
    },
    asClient: (scope) => post({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
    userinfo: async (access) =>
      (await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${access}` } })).status,
    refresh: async (refresh_token) => (await post({ grant_type: 'refresh_token', refresh_token })).status,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The registration access token that the file holds now. */
export function tokenIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as Registered[])[0]?.registration_access_token ?? '';
}
