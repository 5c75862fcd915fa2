/**
 * How we show an endpoint which client we are (RFC 6749 section 2.3, RFC 7523): secret by header or form, a signed assertion, or the bare
 * name of a public client. By certificate (RFC 8705) is not there.
 */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { importJWK, importPKCS8, SignJWT } from 'jose';

/** Who we are. In memory only. */
export interface ClientCredential {
  readonly clientId: string;
  readonly secret?: string | undefined;
  /** A private key as JWK, or as PEM with its algorithm. */
  readonly key?:
    | { readonly pem: string; readonly algorithm: string }
    | { readonly jwk: Record<string, unknown> }
    | undefined;
}

export interface Shown {
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/**
 * @param supported methods in the endpoint's metadata
 * @param audience the issuer
 * @throws FirebreakError when none of them can be done with this credential
 */
export async function showClient(
  credential: ClientCredential,
  supported: readonly string[],
  audience: string,
): Promise<Shown> {
  const { clientId, secret, key } = credential;
  if (key !== undefined && supported.includes('private_key_jwt'))
    return {
      headers: {},
      form: {
        client_id: clientId,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(clientId, key, audience),
      },
    };
  if (secret !== undefined && supported.includes('client_secret_basic')) {
    // RFC 6749, 2.3.1: both parts are encoded as in a form before they are put together.
    const encoded = [clientId, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':');
    return { headers: { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` }, form: {} };
  }
  if (secret !== undefined && supported.includes('client_secret_post'))
    return { headers: {}, form: { client_id: clientId, client_secret: secret } };
  if (secret === undefined && key === undefined && supported.includes('none'))
    return { headers: {}, form: { client_id: clientId } };
  throw new FirebreakError(
    'FB-HTTP-UNAUTHORIZED',
    'The issuer accepts none of the ways in which we could authenticate there.',
  );
}

async function assertion(
  clientId: string,
  key: NonNullable<ClientCredential['key']>,
  audience: string,
): Promise<string> {
  const algorithm = 'pem' in key ? key.algorithm : String(key.jwk.alg ?? 'ES256');
  const signing = 'pem' in key ? await importPKCS8(key.pem, algorithm) : await importJWK(key.jwk, algorithm);
  const kid = 'jwk' in key && typeof key.jwk.kid === 'string' ? { kid: key.jwk.kid } : {};
  return new SignJWT({})
    .setProtectedHeader({ alg: algorithm, ...kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(signing);
}

/** Our own credential at an issuer from FIREBREAK_OAUTH_CLIENT_ID, …_SECRET or …_KEY (a file with a JWK); undefined without an id. */
export async function ownCredential(prefix = 'FIREBREAK_OAUTH_CLIENT'): Promise<ClientCredential | undefined> {
  const clientId = process.env[`${prefix}_ID`];
  if (clientId === undefined || clientId === '') return undefined;
  const file = process.env[`${prefix}_KEY`];
  if (file === undefined || file === '') return { clientId, secret: process.env[`${prefix}_SECRET`] || undefined };
  try {
    return { clientId, key: { jwk: JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown> } };
  } catch (cause) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `The file that ${prefix}_KEY names holds no JWK.`, { cause });
  }
}
