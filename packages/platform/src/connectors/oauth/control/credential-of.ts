/** With which credential we speak for a client: our own where we have one, else that of the client, as its registration tells it. */
import { FirebreakError } from '@firebreak/contract';
import { array, field, textAt } from '../../../intake/foreign.ts';
import { sendOnce } from '../../../intake/send-once.ts';
import { type ClientCredential, ownCredential } from './client-auth.ts';
import type { OfClient } from './client-change.ts';
import { mustAnswer, mustBeJson } from './issuer.ts';
import { keepToken, registrationOf } from './registrations.ts';

/** @throws FirebreakError */
export async function clientCredentialOf(of: OfClient): Promise<ClientCredential> {
  const own = await ownCredential();
  if (own !== undefined) return own;
  return (await registeredCredential(of)) ?? unknown(of);
}

export interface RegisteredCredential extends ClientCredential {
  /** Grant types that its registration names. */
  readonly grants: readonly string[];
}

/** The client's own, from its registration; undefined where we do not have that. @throws FirebreakError */
export async function registeredCredential(of: OfClient): Promise<RegisteredCredential | undefined> {
  const registration = await registrationOf(of.issuer, of.client);
  if (registration === undefined) return undefined;
  const headers = { authorization: `Bearer ${registration.token}` };
  const never = new AbortController().signal;
  const answer = await sendOnce({ url: registration.uri, method: 'GET', headers }, never);
  const value = mustBeJson(mustAnswer(answer, 'the registration'), 'the registration');
  await keepToken(registration, textAt(value, 'registration_access_token'));
  return {
    clientId: of.client,
    secret: textAt(value, 'client_secret'),
    grants: array(field(value, 'grant_types')).filter((each) => typeof each === 'string'),
  };
}

function unknown(of: OfClient): never {
  throw new FirebreakError(
    'FB-HTTP-UNAUTHORIZED',
    `Neither FIREBREAK_OAUTH_CLIENT_ID nor a registration of ${of.client} says as whom to ask.`,
  );
}
