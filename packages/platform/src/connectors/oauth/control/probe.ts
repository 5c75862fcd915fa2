/** Whether a client gets what was taken from it: tried with its own credential, as whoever stole it would. */
import { type Attempt, FirebreakError, type ProbeResult } from '@firebreak/contract';
import { textAt } from '../../../intake/foreign.ts';
import { jsonOf, sendOnce } from '../../../intake/send-once.ts';
import type { OauthSession } from '../session.ts';
import { showClient } from './client-auth.ts';
import { mustBeLive, type OfClient } from './client-change.ts';
import { registeredCredential } from './credential-of.ts';
import { authMethodsOf, endpointOf, issuerAt } from './issuer.ts';

/** @param scopes that it must not get; any token at all when empty */
export async function probeClient(
  { session, signal }: Attempt<OauthSession>,
  of: OfClient,
  scopes: readonly string[],
): Promise<readonly ProbeResult[]> {
  const asked = scopes.length === 0 ? [undefined] : scopes;
  const results: ProbeResult[] = [];
  for (const scope of asked) {
    const what =
      scope === undefined ? `Client ${of.client} gets no token` : `Client ${of.client} gets no token with ${scope}`;
    try {
      mustBeLive(session, of.issuer);
      results.push({ what, ...(await ask(of, scope, signal)) });
    } catch (error) {
      if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
      results.push({ what, result: 'cannot-tell', evidence: error.why });
    }
  }
  return results;
}

async function ask(of: OfClient, scope: string | undefined, signal: AbortSignal): Promise<Omit<ProbeResult, 'what'>> {
  const credential = await registeredCredential(of);
  if (credential?.secret === undefined)
    return { result: 'cannot-tell', evidence: 'We do not have its credential, so only its keeper was read.' };
  const issuer = await issuerAt(of.issuer, signal);
  const shown = await showClient(credential, authMethodsOf(issuer, 'token'), issuer.url);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...shown.form,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...shown.headers };
  const answer = await sendOnce(
    { url: endpointOf(issuer, 'token_endpoint'), method: 'POST', headers, body: body.toString() },
    signal,
  );
  if (!answer.ok) return { result: 'cannot-tell', evidence: answer.reason };
  const value = jsonOf(answer);
  if (answer.status === 200 && textAt(value, 'access_token') !== undefined) {
    const given = (textAt(value, 'scope') ?? scope ?? '').split(' ');
    const got = scope === undefined || given.includes(scope);
    const evidence = got ? 'Asked for it, the issuer gave a token.' : `The token that it gave is without ${scope}.`;
    // The token is not used and not kept.
    return { result: got ? 'fails' : 'holds', evidence };
  }
  const why = /^[a-z_]{1,64}$/.exec(textAt(value, 'error') ?? '')?.[0] ?? `status ${answer.status}`;
  // Some say so of a grant that the client does not have; that it has none, its registration says.
  const without = why === 'invalid_request' && !credential.grants.includes('client_credentials');
  const decided =
    without ||
    /^(unauthorized_client|invalid_client|invalid_scope|access_denied|unsupported_grant_type|invalid_grant)$/.test(why);
  return {
    result: decided ? 'holds' : 'cannot-tell',
    evidence: `Asked for a token with its own credential, the issuer said ${why}.`,
  };
}
