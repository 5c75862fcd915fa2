/** A client by its own registration (RFC 7592): read whole, changed by sending the whole of it again. */
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { array, field, record, textAt } from '../../../intake/foreign.ts';
import { jsonOf, sendOnce } from '../../../intake/send-once.ts';
import type { ClientState, ClientWrite } from './client-state.ts';
import { mustAnswer, mustBeJson } from './issuer.ts';
import { outcomeOf } from './outcome.ts';
import { keepToken, type Registration } from './registrations.ts';

/** What the issuer says of a client, and is not to be sent or written down. */
const never = new Set([
  'client_secret',
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]);

/** Undefined where the client is gone. @throws FirebreakError */
export async function readRegistered(
  registration: Registration,
  signal: AbortSignal,
): Promise<ClientState | undefined> {
  const { uri, token } = registration;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = mustAnswer(await sendOnce({ url: uri, method: 'GET', headers }, signal), 'the registration');
  // RFC 7592, section 2.1: for a client that is gone, and with it the token.
  if (answer.status === 404) return undefined;
  const value = mustBeJson(answer, 'the registration');
  if (textAt(value, 'client_id') !== registration.clientId)
    throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', 'The registration is of another client.');
  await keepToken(registration, textAt(value, 'registration_access_token'));
  return stateOf(value);
}

function stateOf(value: unknown): ClientState {
  const grants = field(value, 'grant_types');
  const metadata = Object.fromEntries(Object.entries(record(value) ?? {}).filter(([name]) => !never.has(name)));
  const grantTypes = Array.isArray(grants) ? strings(grants) : ['authorization_code'];
  return {
    by: 'registration',
    enabled: grantTypes.length > 0,
    scopes: (textAt(value, 'scope') ?? '')
      .split(' ')
      .filter((each) => each !== '')
      .sort(),
    grants: [...grantTypes].sort(),
    metadata,
  };
}
const strings = (value: unknown) => array(value).filter((each): each is string => typeof each === 'string');

/** The whole registration, with these parts replaced. `as`: whose order of words is kept, so that what comes back is what was there. */
export function registrationWrite(
  from: ClientState,
  to: { readonly scopes?: readonly string[]; readonly grants?: readonly string[] },
  as = from,
): ClientWrite {
  const responses = to.grants?.some((grant) => grant === 'authorization_code' || grant === 'implicit');
  return {
    verb: 'patch',
    method: 'PUT',
    path: 'registration',
    body: {
      ...from.metadata,
      ...(to.scopes === undefined ? {} : { scope: inOrder(to.scopes, words(as.metadata?.scope)).join(' ') }),
      ...(to.grants === undefined
        ? {}
        : {
            grant_types: inOrder(to.grants, strings(as.metadata?.grant_types)),
            ...(responses === false ? { response_types: [] } : {}),
          }),
    },
  };
}

const words = (value: unknown) => (typeof value === 'string' ? value.split(' ').filter((each) => each !== '') : []);
const inOrder = (wanted: readonly string[], order: readonly string[]) => [
  ...order.filter((each) => wanted.includes(each)),
  ...wanted.filter((each) => !order.includes(each)),
];

export async function sendRegistered(
  registration: Registration,
  write: ClientWrite,
  signal: AbortSignal,
): Promise<Outcome> {
  const { uri, token } = registration;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' };
  const answer = await sendOnce({ url: uri, method: 'PUT', headers, body: JSON.stringify(write.body) }, signal);
  if (answer.ok && answer.status === 200)
    await keepToken(registration, textAt(jsonOf(answer), 'registration_access_token'));
  return outcomeOf(answer, 'changing the registration');
}
