/**
 * A PostgreSQL database with pgvector: tables that hold vectors, who owns them, who may read and write them, directly or by way
 * of roles. Everything is asked in one read-only transaction with a deadline; catalogs are readable by every role, and who is
 * let in without a password only by a superuser (else it stays unknown).
 */
import type { Collected } from '@firebreak/contract';
import pg from 'pg';
import { gap } from '../../../intake/gap.ts';
import { made, restOf, storeFactKinds } from '../made.ts';
import { addressOf, nameOf } from './database.ts';

const maxRows = 50_000;
const timeoutMs = 15_000;

const tables = `
select distinct on (c.oid) c.oid, n.nspname as schema, c.relname as name, r.rolname as owner, a.atttypmod as dimensions,
  c.reltuples as entries, c.relrowsecurity as rows_secured
from pg_attribute a
join pg_type t on t.oid = a.atttypid and t.typname in ('vector', 'halfvec', 'sparsevec')
join pg_depend d on d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid and e.extname = 'vector'
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm', 'f')
join pg_namespace n on n.oid = c.relnamespace
join pg_roles r on r.oid = c.relowner
where not a.attisdropped
order by c.oid, a.attnum
limit ${maxRows}`;

/** Grants on the table or on any of its columns, to roles that may also use the schema; 0 is PUBLIC. */
const grants = `
select distinct c.oid, coalesce(r.rolname, 'PUBLIC') as role,
  case when g.privilege_type = 'SELECT' then 'read' else 'write' end as mode
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select (aclexplode(coalesce(c.relacl, acldefault('r', c.relowner)))).*
  union all
  select x.* from pg_attribute a, lateral aclexplode(a.attacl) x where a.attrelid = c.oid and a.attacl is not null
) g
left join pg_roles r on r.oid = g.grantee
where c.oid = any($1::oid[])
  and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
  and (g.grantee = 0 or has_schema_privilege(g.grantee, n.oid, 'USAGE'))
order by 1, 2, 3
limit ${maxRows}`;

const roles = `
select r.rolname as name, r.rolsuper as admin, r.rolcanlogin as login, r.rolvaliduntil as expires,
  coalesce(array_agg(m.rolname::text order by m.rolname) filter (where m.rolname is not null), '{}') as member_of
from pg_roles r
left join pg_auth_members am on am.member = r.oid
left join pg_roles m on m.oid = am.roleid
group by r.oid, r.rolname, r.rolsuper, r.rolcanlogin, r.rolvaliduntil
order by r.rolname
limit ${maxRows}`;

/** Rules that let somebody from the network in without a password. */
const trusting = `
select count(*)::int as rules from pg_hba_file_rules
where auth_method = 'trust' and type like 'host%' and coalesce(address, '') not in ('127.0.0.1', '::1', 'localhost', 'samehost')`;

export async function* readPgvector(url: string, signal: AbortSignal): AsyncGenerator<Collected> {
  const address = addressOf(url);
  const name = nameOf(url);
  const store = `store:VectorStore/${name}`;
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firebreak',
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + 1000,
  });
  // A connection that breaks also rejects the query that waits for it.
  client.on('error', () => {});
  const stop = () => void client.end().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    await client.query('begin transaction read only');
    const { rows: found } = await client.query<{ version: string }>(
      "select extversion as version from pg_extension where extname = 'vector'",
    );
    const [extension] = found;
    if (extension === undefined) {
      yield { gap: gap('FB-OBJECT-IGNORED', [], address, 'This database has no extension named vector.') };
      return;
    }
    const anonymous = await anonymousAccess(client);
    if (anonymous === 'unknown')
      yield {
        gap: gap(
          'FB-DATABASE-REFUSED',
          ['store.store'],
          address,
          'Who needs no password may be read by superusers only.',
        ),
      };
    const data = {
      name,
      software: 'pgvector',
      address,
      version: extension.version,
      anonymous,
      authentication: ['password'],
      keysInFile: [],
      backends: [],
    };
    yield made('store.store', store, data, address);
    yield* tablesAndGrants(client, store, address);
    yield* rolesOf(client, store, address);
    await client.query('commit');
  } catch (error) {
    signal.throwIfAborted();
    yield { gap: gapOf(error, address) };
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => {});
  }
}

async function* tablesAndGrants(client: pg.Client, store: string, address: string): AsyncGenerator<Collected> {
  interface Table {
    oid: number;
    schema: string;
    name: string;
    owner: string;
    dimensions: number;
    entries: number;
    rows_secured: boolean;
  }
  const { rows } = await client.query<Table>(tables);
  if (rows.length === maxRows) yield tooMany(address);
  const names = new Map(rows.map((table) => [table.oid, `${table.schema}.${table.name}`]));
  for (const table of rows) {
    const collection = `${table.schema}.${table.name}`;
    const data = {
      store,
      name: collection,
      content: 'vectors',
      ...(table.dimensions > 0 ? { dimensions: table.dimensions } : {}),
      ...(table.entries >= 0 ? { entries: table.entries } : {}),
      owner: table.owner,
      sources: [],
      tags: table.rows_secured ? { 'row-level-security': 'on' } : {},
    };
    yield made('store.collection', `store:Collection/${restOf(store)}/${collection}`, data, address);
  }
  const granted = await client.query<{ oid: number; role: string; mode: 'read' | 'write' }>(grants, [
    [...names.keys()],
  ]);
  if (granted.rows.length === maxRows) yield tooMany(address);
  for (const { oid, role, mode } of granted.rows) {
    const collection = names.get(oid) ?? '';
    const id = `store:Grant/${restOf(store)}/${role}/${mode}/${collection}`;
    yield made('store.grant', id, { store, role, collection, mode }, address);
  }
}

async function* rolesOf(client: pg.Client, store: string, address: string): AsyncGenerator<Collected> {
  interface Role {
    name: string;
    admin: boolean;
    login: boolean;
    expires: Date | null;
    member_of: string[];
  }
  const { rows } = await client.query<Role>(roles);
  if (rows.length === maxRows) yield tooMany(address);
  const everybody = 'PUBLIC';
  const own = (role: Role) => ({
    store,
    name: role.name,
    admin: role.admin,
    canLogIn: role.login,
    memberOf: [...role.member_of, everybody],
    expires: role.expires instanceof Date ? role.expires.toISOString() : undefined,
  });
  yield made(
    'store.role',
    `store:Role/${restOf(store)}/${everybody}`,
    { store, name: everybody, admin: false, canLogIn: false, memberOf: [] },
    address,
  );
  for (const role of rows) yield made('store.role', `store:Role/${restOf(store)}/${role.name}`, own(role), address);
  // Roles that every server has, with rights that no table lists.
  for (const [role, mode] of [
    ['pg_read_all_data', 'read'],
    ['pg_write_all_data', 'write'],
  ] as const)
    if (rows.some(({ name }) => name === role))
      yield made('store.grant', `store:Grant/${restOf(store)}/${role}/${mode}`, { store, role, mode }, address);
}

async function anonymousAccess(client: pg.Client): Promise<'nothing' | 'write' | 'unknown'> {
  try {
    await client.query('savepoint hba');
    const { rows } = await client.query<{ rules: number }>(trusting);
    return (rows[0]?.rules ?? 0) > 0 ? 'write' : 'nothing';
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    await client.query('rollback to savepoint hba');
    return 'unknown';
  }
}

const tooMany = (address: string): Collected => ({
  gap: gap(
    'FB-FILE-TOO-LARGE',
    storeFactKinds,
    address,
    `There are more than ${maxRows} of them; the rest was not read.`,
  ),
});

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/** By SQLSTATE classes: 28 and 42501 are refusals. Texts are not repeated, they may quote what was sent. */
function gapOf(error: unknown, address: string) {
  const code = codeOf(error);
  const refused = code.startsWith('28') || code === '42501' || code.startsWith('3D');
  const shown = /^[A-Z0-9_]{1,30}$/.test(code) ? code : 'no code';
  return refused
    ? gap('FB-DATABASE-REFUSED', storeFactKinds, address, `It does not let us in, or not see this (${shown}).`)
    : gap('FB-DATABASE-UNREACHABLE', storeFactKinds, address, `The connection or a question failed (${shown}).`);
}
