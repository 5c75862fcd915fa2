/**
 * The distribution API as its two callers see it: ourselves with our credential, and anybody without one. Tokens are fetched
 * per scope and kept until they are refused. What must stay true: nothing leaves this file that changes anything (GET and OPTIONS); credentials go to the
 * registry and, over TLS or on this machine, to the token service that it names, and nowhere else.
 */
import type { Gap } from '@firebreak/contract';
import { textAt } from '../../intake/foreign.ts';
import {
  basic,
  type HttpCall,
  type HttpClient,
  type HttpFailure,
  type HttpReply,
  openHttp,
} from '../../intake/http.ts';
import { accessOf, type Challenge, challengeOf } from './challenge.ts';
import type { Credential } from './credentials.ts';
import type { Target } from './target.ts';

export interface Registry {
  readonly address: string;
  readonly target: Target;
  readonly user: string | undefined;
  /** What was wrong with our credential before anything was asked. */
  readonly gaps: readonly Gap[];
  /** How the registry greets somebody without a credential. */
  greeting(signal: AbortSignal): Promise<Greeting>;
  /** `scope` as in the token specification, for example `repository:a/b:pull`. */
  get(call: HttpCall, scope: string, signal: AbortSignal): Promise<HttpReply | HttpFailure>;
  /** The same without a credential. */
  getAsAnybody(call: HttpCall, scope: string, signal: AbortSignal): Promise<HttpReply | HttpFailure>;
  /**
   * What the token service would grant of pulling from and pushing to a repository. It hands out a token and writes nothing.
   * Undefined where there is no such service, or its tokens do not say.
   */
  grantsOf(as: 'us' | 'anybody', repository: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /**
   * Whether the registry takes nothing from anybody at the moment. It says by `Allow` which methods it has for an upload, and asking
   * for that begins none. Undefined where it does not say.
   */
  readOnly(repository: string, signal: AbortSignal): Promise<boolean | undefined>;
  /** The `authorization` header for a scope; undefined where none is asked for. Anew: the one before was no longer good. */
  authorization(scope: string, signal: AbortSignal, anew?: boolean): Promise<string | undefined | HttpFailure>;
  close(): Promise<void>;
}

export type Greeting =
  | { readonly authentication: 'none' | 'basic' | 'token' | 'unknown' }
  | { readonly authentication: 'failed'; readonly failure: HttpFailure };

/** @throws FirebreakError FB-USAGE when the target has no http address. */
export function openRegistry(
  target: Target,
  given: Credential | undefined,
  options: { readonly timeoutMs: number; readonly gaps: readonly Gap[] },
): Registry {
  const { base } = target;
  const host = new URL(base).hostname;
  const credential: Credential | undefined =
    given ?? (target.credential === undefined ? undefined : { kind: 'password', ...target.credential });
  // A registry answers 401 for every repository that is not for us, so that says nothing about the credential.
  const limits = { timeoutMs: options.timeoutMs, maxUnaccepted: Number.POSITIVE_INFINITY };
  const ours = openHttp({ base, ...limits });
  const theirs = openHttp({ base, ...limits });
  const services = new Map<string, HttpClient>();
  const tokens = new Map<string, string>();
  let challenge: Challenge | undefined | 'not-asked' = 'not-asked';

  async function greet(signal: AbortSignal): Promise<Greeting> {
    const answer = await theirs.send({ path: '/v2/' }, signal);
    if (answer.ok) return { authentication: 'none' };
    if (answer.failure !== 'unauthorized') return { authentication: 'failed', failure: answer };
    challenge = challengeOf(answer.header('www-authenticate'));
    if (challenge === undefined) return { authentication: 'unknown' };
    return { authentication: challenge.scheme === 'basic' ? 'basic' : 'token' };
  }

  async function token(
    asked: Extract<Challenge, { scheme: 'bearer' }>,
    scope: string,
    as: 'us' | 'anybody',
    signal: AbortSignal,
  ): Promise<string | HttpFailure> {
    const key = `${as} ${scope}`;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const realm = new URL(asked.realm);
    let service = services.get(realm.origin);
    if (service === undefined) {
      service = openHttp({ base: realm.origin, ...limits });
      services.set(realm.origin, service);
    }
    const secure = realm.protocol === 'https:' || realm.hostname === host;
    const sent = as === 'us' && secure ? credential : undefined;
    const query = { ...Object.fromEntries(realm.searchParams), service: asked.service, scope };
    const answer = await service.json(
      sent?.kind === 'identity-token'
        ? { path: realm.pathname, form: { grant_type: 'refresh_token', refresh_token: sent.token, ...defined(query) } }
        : {
            path: realm.pathname,
            query,
            ...(sent === undefined ? {} : { headers: { authorization: basic(sent.user, sent.password) } }),
          },
      signal,
    );
    if (!answer.ok) return answer;
    const value = textAt(answer.value, 'token') ?? textAt(answer.value, 'access_token');
    if (value === undefined)
      return {
        ok: false,
        failure: 'response-invalid',
        reason: 'The token service gave no token.',
        header: answer.header,
      };
    tokens.set(key, value);
    return value;
  }

  async function get(
    client: HttpClient,
    as: 'us' | 'anybody',
    call: HttpCall,
    scope: string,
    signal: AbortSignal,
  ): Promise<HttpReply | HttpFailure> {
    if (challenge === 'not-asked') await greet(signal);
    if (challenge === 'not-asked' || challenge === undefined) return client.send(call, signal);
    if (challenge.scheme === 'basic') {
      const sent = as === 'us' && credential?.kind === 'password' ? credential : undefined;
      return client.send(sent === undefined ? call : withHeader(call, basic(sent.user, sent.password)), signal);
    }
    for (let attempt = 0; ; attempt += 1) {
      const value = await token(challenge, scope, as, signal);
      if (typeof value !== 'string') return value;
      const answer = await client.send(withHeader(call, `Bearer ${value}`), signal);
      if (answer.ok || answer.failure !== 'unauthorized' || attempt > 0) return answer;
      // Tokens live for minutes: one that was good may have run out.
      tokens.delete(`${as} ${scope}`);
    }
  }

  return {
    address: `${base}${target.prefix === '' ? '' : `/${target.prefix}`}`,
    target,
    user: credential?.kind === 'password' ? credential.user : undefined,
    gaps: options.gaps,
    greeting: greet,
    get: (call, scope, signal) => get(ours, 'us', call, scope, signal),
    getAsAnybody: (call, scope, signal) => get(theirs, 'anybody', call, scope, signal),
    async grantsOf(as, repository, signal) {
      if (challenge === 'not-asked') await greet(signal);
      if (challenge === 'not-asked' || challenge?.scheme !== 'bearer') return undefined;
      const value = await token(challenge, `repository:${repository}:pull,push`, as, signal);
      if (typeof value !== 'string')
        return value.failure === 'unauthorized' || value.failure === 'forbidden' ? [] : undefined;
      return accessOf(value)
        ?.filter(({ name }) => name === repository)
        .flatMap(({ actions }) => actions);
    },
    async readOnly(repository, signal) {
      const call = { path: `/v2/${repository}/blobs/uploads/`, method: 'OPTIONS' } as const;
      const answer = await get(ours, 'us', call, `repository:${repository}:pull`, signal);
      const allowed = answer.ok ? answer.header('allow') : undefined;
      return allowed === undefined ? undefined : !/\bPOST\b/i.test(allowed);
    },
    async authorization(scope, signal, anew = false) {
      if (challenge === 'not-asked') await greet(signal);
      if (challenge === 'not-asked' || challenge === undefined) return undefined;
      if (challenge.scheme === 'basic')
        return credential?.kind === 'password' ? basic(credential.user, credential.password) : undefined;
      if (anew) tokens.delete(`us ${scope}`);
      const value = await token(challenge, scope, 'us', signal);
      return typeof value === 'string' ? `Bearer ${value}` : value;
    },
    close: async () => {
      for (const client of [ours, theirs, ...services.values()]) await client.close();
    },
  };
}

function withHeader(call: HttpCall, authorization: string): HttpCall {
  return { ...call, headers: { ...call.headers, authorization } };
}

function defined(query: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
