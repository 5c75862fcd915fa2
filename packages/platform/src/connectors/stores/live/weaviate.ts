/** A running Weaviate by its REST interface: collections, roles and what they may do, users and their roles. */
import type { Collected } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import { gapOfHttp, openHttp } from '../../../intake/http.ts';
import { made, restOf, storeFactKinds, upTo } from '../made.ts';
import { nameOf } from './qdrant.ts';

const maxThings = 20_000;

/** @param key sent as a bearer token; without one it is asked as anybody */
export async function* readWeaviate(
  url: string,
  key: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const client = openHttp({ base: url, ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }) });
  const stranger = key === undefined ? client : openHttp({ base: url });
  const { address } = client;
  try {
    const schema = await client.json({ path: '/v1/schema' }, signal);
    if (!schema.ok) {
      yield { gap: gapOfHttp(schema, storeFactKinds, `${address}/v1/schema`) };
      return;
    }
    const meta = await client.json({ path: '/v1/meta' }, signal);
    const asked = key === undefined ? schema : await stranger.json({ path: '/v1/schema' }, signal);
    const roles = await client.json({ path: '/v1/authz/roles' }, signal);
    const ruled = roles.ok;
    // With roles anonymous users have what their role has, which the schema alone does not show.
    const anonymous = !asked.ok ? (asked.status === undefined ? 'unknown' : 'nothing') : ruled ? 'read' : 'write';
    const store = `store:VectorStore/${nameOf(address)}`;
    yield made(
      'store.store',
      store,
      {
        name: nameOf(address),
        software: 'weaviate',
        address,
        version: meta.ok ? textAt(meta.value, 'version') : undefined,
        anonymous,
        authentication: [...(anonymous === 'nothing' ? ['api-key or oidc'] : []), ...(ruled ? ['rbac'] : [])],
        tls: address.startsWith('https:'),
        keysInFile: [],
        backends: [],
      },
      address,
    );
    const classes = upTo(
      maxThings,
      array(field(schema.value, 'classes')),
      ['store.collection'],
      `${address}/v1/schema`,
    );
    yield* classes.gaps;
    for (const each of classes.first) {
      const name = textAt(each, 'class');
      if (name === undefined) continue;
      const data = { store, name, content: 'vectors', sources: [], tags: {} };
      yield made('store.collection', `store:Collection/${restOf(store)}/${name}`, data, `${address}/v1/schema`);
    }
    if (!roles.ok) {
      // Older servers, and those without roles, have no such path.
      if (roles.failure !== 'not-found')
        yield { gap: gapOfHttp(roles, ['store.role', 'store.grant'], `${address}/v1/authz/roles`) };
      return;
    }
    yield* rolesOf(array(roles.value), store, `${address}/v1/authz/roles`);
    const users = await client.json({ path: '/v1/users/db' }, signal);
    if (users.ok) yield* usersOf(array(users.value), store, `${address}/v1/users/db`);
    else if (users.failure !== 'not-found') yield { gap: gapOfHttp(users, ['store.role'], `${address}/v1/users/db`) };
  } finally {
    await client.close();
    if (stranger !== client) await stranger.close();
  }
}

function* rolesOf(roles: readonly unknown[], store: string, locator: string): Generator<Collected> {
  const { first, gaps } = upTo(maxThings, roles, ['store.role', 'store.grant'], locator);
  yield* gaps;
  for (const role of first) {
    const name = textAt(role, 'name');
    if (name === undefined) continue;
    const id = `store:Role/${restOf(store)}/${name}`;
    const admin = name === 'admin' || name === 'root';
    yield made('store.role', id, { store, name, admin, canLogIn: false, memberOf: [] }, locator);
    const said = new Set<string>();
    for (const permission of array(field(role, 'permissions'))) {
      const action = textAt(permission, 'action') ?? '';
      const mode =
        action === 'read_data' ? 'read' : /^(create|update|delete|manage)_data$/.test(action) ? 'write' : undefined;
      if (mode === undefined) continue;
      const wanted = text(at(permission, 'data', 'collection')) ?? '*';
      const collection = wanted === '*' ? undefined : wanted;
      const grant = `store:Grant/${restOf(store)}/${name}/${mode}${collection === undefined ? '' : `/${collection}`}`;
      if (said.has(grant)) continue;
      said.add(grant);
      yield made('store.grant', grant, { store, role: name, collection, mode }, locator);
    }
  }
}

function* usersOf(users: readonly unknown[], store: string, locator: string): Generator<Collected> {
  const { first, gaps } = upTo(maxThings, users, ['store.role'], locator);
  yield* gaps;
  for (const user of first) {
    const name = textAt(user, 'userId');
    if (name === undefined || field(user, 'active') === false) continue;
    const memberOf = array(field(user, 'roles')).filter((role) => typeof role === 'string');
    const id = `store:Role/${restOf(store)}/${name}`;
    yield made('store.role', id, { store, name, admin: false, canLogIn: true, memberOf }, locator);
  }
}
