import { defineAction, type ProbeResult } from '@firebreak/contract';
import pg from 'pg';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import type { StoresConfig } from '../session.ts';
import { type DatabaseDesk, databaseExchange, deskOf, inTransaction, type Statements } from './exchange/database.ts';
import { fixedCost, weights } from './impact/price.ts';

const word = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, 'not one line');
const params = z.object({
  /** The database, as facts name it. */
  store: word,
  /** A role, or `PUBLIC`. */
  role: word,
  schema: word,
  table: word,
  mode: z.enum(['read', 'write']),
});
type Params = z.infer<typeof params>;

const grant = z.object({
  privilege: z.enum(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']),
  /** Null for the whole table. */
  column: z.string().nullable(),
  grantable: z.boolean(),
  /** Whether the owner granted it, as who administers the table does. */
  by_owner: z.boolean(),
});
type Grant = z.infer<typeof grant>;
const before = z.object({
  /** Null when there is no such table or role. */
  grants: z.array(grant).nullable(),
  owner: z.boolean(),
});
type Before = z.infer<typeof before>;

const privileges = { read: ['SELECT'], write: ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] } as const;

const asked = `
select g.privilege_type as privilege, g.column_name as column, g.is_grantable as grantable, g.grantor = c.relowner as by_owner
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select x.grantor, x.grantee, x.privilege_type, x.is_grantable, null::text as column_name
  from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
  union all
  select x.grantor, x.grantee, x.privilege_type, x.is_grantable, a.attname::text
  from pg_attribute a, lateral aclexplode(a.attacl) x where a.attrelid = c.oid and a.attacl is not null and not a.attisdropped
) g
where n.nspname = $1 and c.relname = $2 and g.grantee = $3::oid and g.privilege_type = any($4)
order by 1, 2 nulls first, 3, 4`;
const known = `
select c.relowner = r.oid as owner, r.oid as role
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join (select 0::oid as oid, 'PUBLIC' as name union all select oid, rolname from pg_roles) r
where n.nspname = $1 and c.relname = $2 and r.name = $3
order by r.oid limit 1`;

async function read(desk: DatabaseDesk, { role, schema, table, mode }: Params): Promise<Before> {
  const [found] = await desk.rows<{ owner: boolean; role: number }>(known, [schema, table, role]);
  if (found === undefined) return { grants: null, owner: false };
  const grants = await desk.rows<Grant>(asked, [schema, table, found.role, privileges[mode]]);
  return { grants: grants.map((each) => grant.parse(each)), owner: found.owner };
}

const quoted = (name: string) => pg.escapeIdentifier(name);
const tableOf = ({ schema, table }: Params) => `${quoted(schema)}.${quoted(table)}`;
const holder = ({ role }: Params) => (role === 'PUBLIC' ? 'public' : quoted(role));
const rightOf = ({ privilege, column }: Grant) => `${privilege}${column === null ? '' : ` (${quoted(column)})`}`;
const object = ({ store, role }: Params) => `store:Role/${store}/${role}`;
const key = ({ privilege, column, grantable }: Grant) => JSON.stringify([privilege, column, grantable]);

const revoking = (of: Params, { grants }: Before): Statements => ({
  verb: 'patch',
  object: object(of),
  sql: [...new Set((grants ?? []).map(rightOf))].map((right) => `revoke ${right} on ${tableOf(of)} from ${holder(of)}`),
});
function granting(of: Params, now: Before, was: Before): Statements {
  const present = new Set((now.grants ?? []).map(key));
  const missing = (was.grants ?? []).filter((each) => !present.has(key(each)));
  const sql = missing.map(
    (each) => `grant ${rightOf(each)} on ${tableOf(of)} to ${holder(of)}${each.grantable ? ' with grant option' : ''}`,
  );
  return { verb: 'patch', object: object(of), sql };
}
const words = ({ mode }: Params) => (mode === 'read' ? 'read' : 'write');

/** Takes from a role what it was granted on one table: reading, or everything that changes it. */
export default defineAction<Params, Before, StoresConfig>({
  id: 'stores.revoke-grant',
  title: 'Revoke grant on a vector table',
  stage: 'access',
  targetKinds: ['Role'],
  params,
  before,
  permissions: ['GRANT and REVOKE on the table: membership in the role that owns it'],
  target: (of) => ({ kind: 'Role', id: object(of), name: of.role }),
  describe: (of) => `Revoke from ${of.role} the right to ${words(of)} ${of.schema}.${of.table} in ${of.store}.`,
  undoes: (of) => `${of.role} has on ${of.schema}.${of.table} what it was granted, columns and grant options included.`,
  drastic: () => false,
  takes: () => 2,
  impact: (of, estate) => {
    const members = estate
      .all('store.role')
      .filter(({ data }) => data.memberOf.includes(of.role) && data.store === `store:VectorStore/${of.store}`);
    const weight = of.role === 'PUBLIC' ? weights.everybody : weights.role;
    const what = `It can no longer ${words(of)} ${of.schema}.${of.table}.`;
    const own = { who: { kind: 'Role', id: object(of), name: of.role }, what, weight };
    const others =
      of.role === 'PUBLIC'
        ? []
        : members.slice(0, 10).map(({ id, data }) => ({ who: { kind: 'Role', id, name: data.name }, what, weight: 1 }));
    const interrupts = [own, ...others];
    return { cost: interrupts.reduce<number>((sum, each) => sum + each.weight, fixedCost['revoke-grant']), interrupts };
  },
  ...stateChange<Params, Before, StoresConfig, DatabaseDesk, Statements>(
    databaseExchange((of) => `What ${of.role} may do with ${of.schema}.${of.table}`),
    {
      read,
      isGone: ({ grants }) => grants === null,
      goneIsWanted: true,
      objection: ({ owner, grants }, { role }) => {
        if (owner) return `${role} owns the table, and could grant itself everything again.`;
        return grants?.some(({ by_owner }) => !by_owner) === true
          ? 'Somebody other than the owner granted it: it could not be given back as it was.'
          : undefined;
      },
      wanted: ({ grants }) => grants?.length === 0,
      forward: (now, of) => [revoking(of, now)],
      back: (now, of, was) =>
        now.grants === null
          ? refused('FB-UNDO-CHANGED', 'The table or the role was dropped since.')
          : [granting(of, now, was)],
      matter: ({ grants }) => grants,
      steady: ({ grants }) => grants,
    },
  ),
  probe: async (attempt, of): Promise<readonly ProbeResult[]> => {
    const what = `${of.role} cannot ${words(of)} ${of.schema}.${of.table}`;
    if (of.role === 'PUBLIC')
      return [{ what, result: 'cannot-tell', evidence: 'Everybody has rights of their own besides those of PUBLIC.' }];
    const desk = deskOf(attempt, of.store);
    // A statement that touches no row is judged like any other, and is rolled back all the same.
    const statement =
      of.mode === 'read' ? `select count(*) from ${tableOf(of)} where false` : `delete from ${tableOf(of)} where false`;
    let became = false;
    const done = await inTransaction(
      desk,
      'begin',
      async (client) => {
        await client.query(`set local role ${quoted(of.role)}`);
        became = true;
        await client.query(statement);
      },
      'rollback',
    );
    if (done.ok)
      return [
        {
          what,
          result: 'fails',
          evidence: 'As the role, a statement was let through: it has the right by another role, or by the owner.',
        },
      ];
    if (became && done.state === '42501')
      return [{ what, result: 'holds', evidence: 'As the role, a statement was refused (42501).' }];
    return [{ what, result: 'cannot-tell', evidence: done.reason }];
  },
});
