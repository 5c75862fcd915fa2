/**
 * A running issuer: its metadata (OpenID discovery, else RFC 8414), and those of its clients whose registration we were given to
 * read (RFC 7592: each has an address and an access token of its own). There is no standard way to list clients, and none is
 * invented: an issuer that was asked alone leaves a gap.
 */
import { readFile, stat } from 'node:fs/promises';
import { type Collected, FirebreakError } from '@firebreak/contract';
import { array, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { gapOfHttp, type HttpFailure, type HttpJson, openHttp } from '../../intake/http.ts';
import { isClient, isMetadata, readClient, readMetadata } from './clients.ts';
import { keepToken } from './control/registrations.ts';
import { openRealm, readLiveRealm } from './live-realm.ts';
import { issuerId, oauthFactKinds } from './made.ts';

const maxRegistrations = 5000;

/** @param registrations file with `[{registration_client_uri, registration_access_token}]`, as registration answers them */
export async function* readIssuer(
  url: string,
  registrations: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const client = openHttp({ base: url });
  const { address } = client;
  try {
    const found = await metadataOf((path) => client.json({ path }, signal), new URL(address));
    if (!found.ok) {
      yield { gap: gapOfHttp(found, oauthFactKinds, `${address}/.well-known`) };
      return;
    }
    if (!isMetadata(found.value)) {
      yield { gap: gap('FB-HTTP-RESPONSE-INVALID', oauthFactKinds, address, 'What it answers is no metadata.') };
      return;
    }
    const read = readMetadata(found.value, address, address);
    if ('gap' in read) {
      yield read;
      return;
    }
    const realm = await openRealm(address, signal);
    if (realm !== undefined) {
      yield* readLiveRealm(address, realm, signal);
      return;
    }
    yield read;
    if (registrations === undefined) {
      const reason = 'An issuer does not list its clients: export them, or name registrations that may be read.';
      yield { gap: gap('FB-OBJECT-IGNORED', ['oauth.client', 'oauth.grant'], address, reason) };
      return;
    }
    const listed = await registered(registrations);
    if (listed.length > maxRegistrations) {
      const reason = `Of ${listed.length} registrations ${maxRegistrations} were read.`;
      yield { gap: gap('FB-FILE-TOO-LARGE', ['oauth.client'], address, reason) };
    }
    for (const registration of listed.slice(0, maxRegistrations)) {
      const path = textAt(registration, 'registration_client_uri') ?? '';
      const token = textAt(registration, 'registration_access_token') ?? '';
      const answer = await client.json({ path, headers: { authorization: `Bearer ${token}` } }, signal);
      const where = `${address} ${textAt(registration, 'client_id') ?? 'a client'}`;
      if (answer.ok)
        await keepToken({ clientId: '', uri: path, token }, textAt(answer.value, 'registration_access_token'));
      if (!answer.ok) yield { gap: gapOfHttp(answer, ['oauth.client'], where) };
      else if (isClient(answer.value)) yield withoutFile(readClient(answer.value, issuerId(address), where));
      else yield { gap: gap('FB-HTTP-RESPONSE-INVALID', ['oauth.client'], where, 'It answers no registration.') };
    }
  } finally {
    await client.close();
  }
}

/** A secret that the issuer itself told stands in no file. */
function withoutFile(collected: Collected): Collected {
  if ('gap' in collected || collected.fact.kind !== 'oauth.client' || collected.fact.data.secret === undefined)
    return collected;
  const { fact } = collected;
  const secret = { ...collected.fact.data.secret, inFile: false };
  return { fact: { ...fact, data: { ...fact.data, secret } } as typeof fact };
}

async function metadataOf(
  ask: (path: string) => Promise<HttpJson | HttpFailure>,
  base: URL,
): Promise<HttpJson | HttpFailure> {
  const openId = await ask('/.well-known/openid-configuration');
  if (openId.ok || openId.failure !== 'not-found') return openId;
  // RFC 8414 puts the well-known part before the issuer's path.
  return ask(`${base.origin}/.well-known/oauth-authorization-server${base.pathname === '/' ? '' : base.pathname}`);
}

async function registered(file: string): Promise<readonly unknown[]> {
  try {
    if ((await stat(file)).size > 16 * 1024 * 1024) throw new RangeError('too large');
    return array(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', 'The file of registrations cannot be read as a JSON list.', {
      cause: error,
    });
  }
}
