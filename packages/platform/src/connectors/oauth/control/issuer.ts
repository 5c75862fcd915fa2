/**
 * The issuer that actions speak to: where its endpoints are, as its own metadata say (RFC 8414, OpenID discovery). Metadata of another
 * issuer than the one that was asked are not believed (RFC 8414, section 3.3), and an issuer elsewhere cannot send us, with a credential,
 * to a server on our own machine.
 */
import { FirebreakError } from '@firebreak/contract';
import { array, textAt } from '../../../intake/foreign.ts';
import { jsonOf, type NoAnswer, type OneAnswer, sendOnce } from '../../../intake/send-once.ts';

export interface Issuer {
  /** With scheme, as tokens say it. */
  readonly url: string;
  readonly metadata: unknown;
}

const same = (url: string) => url.replace(/\/+$/, '');
const isHere = (url: string) => /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?(\/|$)/.test(url);

/** @throws FirebreakError when it cannot be read, or is another's */
export async function issuerAt(url: string, signal: AbortSignal): Promise<Issuer> {
  const base = new URL(url);
  const wellKnown = [
    `${same(url)}/.well-known/openid-configuration`,
    `${base.origin}/.well-known/oauth-authorization-server${base.pathname === '/' ? '' : same(base.pathname)}`,
  ];
  for (const address of wellKnown) {
    const answer = mustAnswer(await sendOnce({ url: address, method: 'GET' }, signal), 'its metadata');
    if (answer.status === 404) continue;
    const metadata = mustBeJson(answer, 'its metadata');
    if (same(textAt(metadata, 'issuer') ?? '') !== same(url))
      throw new FirebreakError('FB-OBJECT-INVALID', 'Its metadata names another issuer.');
    return { url, metadata };
  }
  throw new FirebreakError('FB-HTTP-NOT-FOUND', 'It publishes no metadata.');
}

/** @throws FirebreakError where there is none, or where it leads to this machine from elsewhere */
export function endpointOf({ url, metadata }: Issuer, name: string): string {
  const endpoint = textAt(metadata, name);
  if (endpoint === undefined) throw new FirebreakError('FB-HTTP-NOT-FOUND', `The issuer names no ${name}.`);
  if (isHere(endpoint) && !isHere(url))
    throw new FirebreakError('FB-OBJECT-INVALID', `Its ${name} is on this machine, and it is not.`);
  return endpoint;
}

/** RFC 8414: what is meant where nothing is said. */
export function authMethodsOf(
  { metadata }: Issuer,
  endpoint: 'token' | 'revocation' | 'introspection',
): readonly string[] {
  const listed = (name: string) =>
    array((metadata as Record<string, unknown> | null)?.[name]).filter((each) => typeof each === 'string');
  const own = listed(`${endpoint}_endpoint_auth_methods_supported`);
  const common = own.length > 0 ? own : listed('token_endpoint_auth_methods_supported');
  return common.length > 0 ? common : ['client_secret_basic'];
}

/** @throws FirebreakError for what could not be read: the runner tries later where that may help */
export function mustAnswer(answer: OneAnswer | NoAnswer, what: string): OneAnswer {
  if (answer.ok) return answer;
  const code = answer.failure === 'timeout' ? 'FB-HTTP-TIMEOUT' : 'FB-HTTP-UNREACHABLE';
  throw new FirebreakError(code, `Reading ${what}: ${answer.reason}`);
}

/** @throws FirebreakError */
export function mustBeJson(answer: OneAnswer, what: string): unknown {
  if (answer.status !== 200)
    throw new FirebreakError(readCode(answer.status), `Reading ${what}: status ${answer.status}.`);
  const value = jsonOf(answer);
  if (value === undefined) throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', `Reading ${what}: it is not JSON.`);
  return value;
}

function readCode(status: number) {
  if (status === 401) return 'FB-HTTP-UNAUTHORIZED';
  if (status === 403) return 'FB-HTTP-FORBIDDEN';
  if (status === 404) return 'FB-HTTP-NOT-FOUND';
  if (status === 429) return 'FB-HTTP-THROTTLED';
  return status >= 500 ? 'FB-HTTP-SERVER-ERROR' : 'FB-HTTP-REFUSED';
}
