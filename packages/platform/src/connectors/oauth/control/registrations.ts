/**
 * Registrations that we may manage (RFC 7592): a file, named by FIREBREAK_OAUTH_REGISTRATIONS, with what registration answered for each
 * client. An issuer may give a new access token with every change; it is written back at once, whole or not at all, because without it
 * there is no way back.
 */
import { randomUUID } from 'node:crypto';
import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { array, record, textAt } from '../../../intake/foreign.ts';

export interface Registration {
  readonly clientId: string;
  readonly uri: string;
  readonly token: string;
}

const maxBytes = 16 * 1024 * 1024;

async function listed(file: string): Promise<readonly unknown[]> {
  try {
    if ((await stat(file)).size > maxBytes) throw new RangeError('too large');
    return array(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', 'The file of registrations cannot be read as a JSON list.', {
      cause,
    });
  }
}

/** Undefined where the file has none for this client at this issuer. @throws FirebreakError */
export async function registrationOf(issuer: string, clientId: string): Promise<Registration | undefined> {
  const file = process.env.FIREBREAK_OAUTH_REGISTRATIONS;
  if (file === undefined || file === '') return undefined;
  const { origin } = new URL(issuer);
  for (const each of await listed(file)) {
    const [uri, token] = [textAt(each, 'registration_client_uri'), textAt(each, 'registration_access_token')];
    if (textAt(each, 'client_id') !== clientId || uri === undefined || token === undefined) continue;
    // A credential goes to the issuer that gave it.
    if (URL.canParse(uri) && new URL(uri).origin === origin) return { clientId, uri, token };
  }
  return undefined;
}

/** Keeps the token that replaces another. Nothing happens when it is the same. */
export async function keepToken(registration: Registration, token: string | undefined): Promise<void> {
  const file = process.env.FIREBREAK_OAUTH_REGISTRATIONS;
  if (file === undefined || token === undefined || token === registration.token) return;
  const next = (await listed(file)).map((each) =>
    textAt(each, 'registration_client_uri') === registration.uri
      ? { ...record(each), registration_access_token: token }
      : each,
  );
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(draft, (await stat(file)).mode & 0o777);
  await rename(draft, file);
}
