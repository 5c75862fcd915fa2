/**
 * Our own credential for a registry: from the environment, or from a docker configuration as `docker login` writes it. A
 * configuration that names a helper program has no password in it; programs are not run, and that is a gap.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError, type Gap } from '@firebreak/contract';
import { at, field, record, text, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { imageHost } from './image-host.ts';
import type { Target } from './target.ts';

export type Credential =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string };

interface Found {
  readonly credential: Credential | undefined;
  readonly gaps: readonly Gap[];
}

const maxBytes = 1024 * 1024;

/** @throws FirebreakError FB-SOURCE-UNREADABLE for a configuration that was named and cannot be read. */
export async function credentialFor(
  target: Pick<Target, 'base' | 'registry'>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Found> {
  const { FIREBREAK_OCI_USERNAME: user, FIREBREAK_OCI_PASSWORD: password } = environment;
  if (user !== undefined && password !== undefined)
    return { credential: { kind: 'password', user, password }, gaps: [] };
  const named = environment.FIREBREAK_OCI_CONFIG;
  const file = named ?? join(environment.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json');
  const content = await read(file, named !== undefined);
  return content === undefined ? { credential: undefined, gaps: [] } : found(content, target, file);
}

async function read(file: string, required: boolean): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new Error('too large');
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    if (!required) return undefined;
    // Not with its cause: an error of JSON.parse quotes what it read.
    throw new FirebreakError('FB-SOURCE-UNREADABLE', 'The docker configuration that FIREBREAK_OCI_CONFIG names.');
  }
}

function found(config: unknown, target: Pick<Target, 'base' | 'registry'>, file: string): Found {
  const host = new URL(target.base).host;
  const isOurs = (key: string) => [host, target.registry].includes(hostOfKey(key));
  for (const [key, entry] of Object.entries(record(field(config, 'auths')) ?? {})) {
    const credential = isOurs(key) ? credentialOf(entry) : undefined;
    if (credential !== undefined) return { credential, gaps: [] };
  }
  const helpers = Object.keys(record(field(config, 'credHelpers')) ?? {}).some(isOurs);
  if (!helpers && textAt(config, 'credsStore') === undefined) return { credential: undefined, gaps: [] };
  const reason = 'The docker configuration leaves the credential to a helper program, which is not run.';
  return { credential: undefined, gaps: [gap('FB-HTTP-UNAUTHORIZED', [], file, reason)] };
}

/** Keys are hosts, or addresses such as `https://index.docker.io/v1/`. */
function hostOfKey(key: string): string {
  return imageHost(key.replace(/^https?:\/\//, '').replace(/\/.*$/, ''));
}

function credentialOf(entry: unknown): Credential | undefined {
  const token = textAt(entry, 'identitytoken');
  if (token !== undefined) return { kind: 'identity-token', token };
  const user = textAt(entry, 'username');
  const password = textAt(entry, 'password');
  if (user !== undefined && password !== undefined) return { kind: 'password', user, password };
  const auth = Buffer.from(text(at(entry, 'auth')) ?? '', 'base64').toString('utf8');
  const colon = auth.indexOf(':');
  return colon < 1 ? undefined : { kind: 'password', user: auth.slice(0, colon), password: auth.slice(colon + 1) };
}
