import { randomBytes } from 'node:crypto';
import type { CredentialProbe } from '@firebreak/contract';
import pg from 'pg';
import { nameBehind } from '../../../intake/tried-credential.ts';
import { isDatabase, nameOf } from '../live/database.ts';
import type { StoresConfig } from '../session.ts';

const timeoutMs = 10_000;
/** SQLSTATE of a refused password, of one that expired, and of a role that is not there: PostgreSQL answers all three alike. */
const refusedPassword = '28P01';

/**
 * Logs in to a PostgreSQL database as the role, with the old password. A role that no rule of pg_hba.conf lets in from here, or one that
 * may not log in at all, is refused before its password is looked at: the catalog tells those apart, and where it cannot, nothing is said.
 */
export default {
  id: 'stores.role-password',
  title: 'Password of a PostgreSQL role',
  wants: 'the old password',
  fits: ({ node }) => /^store:Role\//.test(node ?? ''),
  issuedAt: ({ from }, { node }) => isDatabase(from) && roleAt(from, node) !== undefined,
  async probe({ session: { from }, about, secret, signal }) {
    const role = isDatabase(from) ? roleAt(from, about.node) : undefined;
    if (role === undefined)
      return { result: 'cannot-tell', evidence: 'No database is open that it could be tried at.' };
    const nonsense = await knock(from, role, randomBytes(18).toString('base64url'), signal);
    if (nonsense === 'in')
      return { result: 'cannot-tell', evidence: 'The database lets the role in with any password.' };
    // A role that may not log in is told so after its password was right, or before it was looked at.
    const answer = nonsense === refusedPassword ? await knock(from, role, secret, signal) : nonsense;
    if (answer === 'in') return { result: 'alive', evidence: 'The database lets the role in with it.' };
    if (answer === refusedPassword)
      return { result: 'dead', evidence: `The database refuses it (${refusedPassword}).` };
    return (await mayLogIn(from, role, signal)) === false
      ? { result: 'dead', evidence: 'The role may not log in any more, with any password (pg_roles).' }
      : { result: 'cannot-tell', evidence: endOf(answer) };
  },
} satisfies CredentialProbe<StoresConfig>;

function roleAt(from: string, node: string | null): string | undefined {
  return nameBehind(`store:Role/${nameOf(from)}/`, node);
}

const endOf = (code: string | undefined) =>
  code === undefined
    ? 'The database cannot be reached.'
    : `The database ends the attempt before it looks at the password (${code}).`;

/** `in`, the SQLSTATE of a refusal, or undefined where nothing of the database's own came back. */
async function knock(from: string, role: string, password: string, signal: AbortSignal): Promise<string | undefined> {
  const address = new URL(from);
  address.username = encodeURIComponent(role);
  address.password = encodeURIComponent(password);
  return connected(new pg.Client({ connectionString: address.href, ...limits }), async () => 'in', signal);
}

/** As our own role sees it; undefined where that cannot be asked. */
async function mayLogIn(from: string, role: string, signal: AbortSignal): Promise<boolean | undefined> {
  const client = new pg.Client({ connectionString: from, ...limits });
  const asked = async () => {
    const { rows } = await client.query<{ login: boolean }>(
      'select rolcanlogin as login from pg_roles where rolname = $1',
      [role],
    );
    return String(rows[0]?.login ?? false);
  };
  const answer = await connected(client, asked, signal);
  return answer === 'true' ? true : answer === 'false' ? false : undefined;
}

const limits = {
  application_name: 'firebreak',
  connectionTimeoutMillis: timeoutMs,
  query_timeout: timeoutMs,
  statement_timeout: timeoutMs,
};

async function connected(
  client: pg.Client,
  work: () => Promise<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A connection that breaks also rejects whoever waits for it.
  client.on('error', () => {});
  const stop = () => void client.end().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.connect();
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    // Errors of the network have codes too; only what the database itself says is an answer.
    return error instanceof pg.DatabaseError ? error.code : undefined;
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => {});
  }
}
