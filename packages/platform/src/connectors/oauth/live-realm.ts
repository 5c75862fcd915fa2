/**
 * A running Keycloak by its admin API, put together into the form of a realm export, which is read like one: the realm, its clients page
 * by page with the scopes that each has, the accounts of clients with their roles. Secrets are not asked for and not kept.
 */
import { type Collected, FirebreakError } from '@firebreak/contract';
import { array, field, record, textAt } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { issuerAt } from './control/issuer.ts';
import { type Realm, readRealmPath, realmOf } from './control/keycloak-client.ts';
import { readRealm } from './keycloak.ts';
import { oauthFactKinds } from './made.ts';

const pageSize = 100;
const maxClients = 5000;

/** Undefined where we have no account there. @throws FirebreakError when the issuer cannot be asked for a token */
export async function openRealm(address: string, signal: AbortSignal): Promise<Realm | undefined> {
  if ((process.env.FIREBREAK_KEYCLOAK_CLIENT_ID ?? '') === '') return undefined;
  return realmOf(await issuerAt(address, signal), signal);
}

export async function* readLiveRealm(address: string, realm: Realm, signal: AbortSignal): AsyncGenerator<Collected> {
  try {
    const about = record(await readRealmPath(realm, '', signal)) ?? {};
    const clients: unknown[] = [];
    const users: unknown[] = [];
    for (let first = 0; ; first += pageSize) {
      const page = array(await readRealmPath(realm, `/clients?first=${first}&max=${pageSize}`, signal));
      for (const client of page) {
        clients.push(await withScopes(realm, client, signal));
        if (field(client, 'serviceAccountsEnabled') === true) users.push(await accountOf(realm, client, signal));
      }
      if (page.length < pageSize) break;
      if (clients.length >= maxClients) {
        yield { gap: gap('FB-LIMIT-REACHED', oauthFactKinds, address, `It has more than ${maxClients} clients.`) };
        break;
      }
    }
    // The address that we asked is the realm's own: what its metadata said was compared with it.
    const frontendUrl = address.slice(0, address.lastIndexOf('/realms/'));
    yield* readRealm({ ...about, attributes: { ...record(about.attributes), frontendUrl }, clients, users }, address);
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    yield { gap: gap(error.code, oauthFactKinds, address, error.why) };
  }
}

const uuidOf = (client: unknown) => encodeURIComponent(textAt(client, 'id') ?? '');

async function withScopes(realm: Realm, client: unknown, signal: AbortSignal): Promise<unknown> {
  const named = async (kind: string) =>
    array(await readRealmPath(realm, `/clients/${uuidOf(client)}/${kind}-client-scopes`, signal)).flatMap(
      (scope) => textAt(scope, 'name') ?? [],
    );
  const { secret, ...rest } = record(client) ?? {};
  return {
    ...rest,
    // That there is one is all that is told; as an export without the right to see secrets writes it.
    ...(secret === undefined ? {} : { secret: '**********' }),
    defaultClientScopes: await named('default'),
    optionalClientScopes: await named('optional'),
  };
}

/** The account by which a client acts for itself, as an export has it. */
async function accountOf(realm: Realm, client: unknown, signal: AbortSignal): Promise<unknown> {
  const user = await readRealmPath(realm, `/clients/${uuidOf(client)}/service-account-user`, signal);
  const roles = await readRealmPath(realm, `/users/${uuidOf(user)}/role-mappings`, signal);
  const names = (mappings: unknown) => array(mappings).flatMap((role) => textAt(role, 'name') ?? []);
  const ofClients = Object.entries(record(field(roles, 'clientMappings')) ?? {});
  return {
    id: textAt(user, 'id'),
    username: textAt(user, 'username'),
    serviceAccountClientId: textAt(client, 'clientId'),
    realmRoles: names(field(roles, 'realmMappings')),
    clientRoles: Object.fromEntries(ofClients.map(([name, each]) => [name, names(field(each, 'mappings'))])),
  };
}
