/**
 * One way to PostgreSQL for all stores: a pool, transactions, the check of the server's version, and migrations.
 *
 * Sessions carry limits: a worker that is stopped in the middle of a transaction (a laptop lid, SIGSTOP, a lost network)
 * holds row locks and perhaps the ledger's; the server ends such a session after `idleInTransactionMs`, well before
 * another worker has waited its 30 seconds.
 */
import { readdir, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FirebreakError } from '@firebreak/contract';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { sha256Hex } from '../kernel/digest.ts';

/** An open transaction, or the pool: whatever takes a statement. Parameters are always bound, never part of the text. */
export interface Queryable {
  /**
   * @throws FirebreakError FB-STORAGE-UNAVAILABLE when the connection broke and so nobody knows what became of it; a
   * DatabaseError of the driver when the server refused the statement, and so the transaction.
   */
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
}
/** What stores take as their transaction handle. */
export interface Transaction extends Queryable {
  /** `COPY … FROM STDIN`, fed with rows in COPY's text format in pieces of any size, or with pieces of its binary format. */
  copyIn(statement: string, rows: Iterable<string | Uint8Array>): Promise<void>;
}

export interface Database extends Queryable {
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** A connection of its own that listens; `lost` is called once when it breaks. */
  listen(channel: string, each: (payload: string) => void, lost: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const oldestServer = 150_000;
const idleInTransactionMs = 10_000;
const migrations = new URL('./migrations/', import.meta.url);
/** Arbitrary and ours: whoever migrates holds it. */
const migrationLock = 4_711_290_018;

/**
 * Connects, checks the server, and brings the tables up to date.
 *
 * @throws FirebreakError FB-STORAGE-UNAVAILABLE, FB-STORAGE-VERSION
 */
export async function openDatabase(url: string, options: { connections?: number } = {}): Promise<Database> {
  const config = {
    connectionString: url,
    application_name: 'firebreak',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    types: { getTypeParser },
  };
  const pool = new pg.Pool({ ...config, max: options.connections ?? 10 });
  // an idle connection that breaks is replaced; whoever needs one next hears of it
  pool.on('error', () => undefined);

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch(unavailable);
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      const tx: Transaction = {
        ...queryable(client),
        copyIn: async (statement, rows) => {
          await pipeline(Readable.from(pieces(rows)), client.query(copyFrom(statement)));
        },
      };
      await tx.query('begin');
      const result = await work(tx);
      await tx.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken ??= failure;
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  const database: Database = {
    ...queryable(pool),
    transaction,
    listen: async (channel, each, lost) => {
      const client = new pg.Client(config);
      client.on('notification', ({ payload }) => each(payload ?? ''));
      client.on('error', () => undefined);
      client.once('end', lost);
      await client.connect().catch(unavailable);
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      return async () => {
        client.off('end', lost);
        await client.end();
      };
    },
    close: () => pool.end(),
  };
  try {
    await checkServer(database);
    await migrate(database);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

/** Rows in pieces that are worth a write; bytes as they come. */
function* pieces(rows: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  let piece = '';
  for (const row of rows) {
    if (typeof row !== 'string') {
      yield row;
      continue;
    }
    piece += row;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function queryable(connection: pg.Pool | pg.PoolClient): Queryable {
  return {
    query: async <R extends object>(text: string, values: readonly unknown[] = []) => {
      try {
        return (await connection.query<R>(text, [...values])).rows;
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.severity === 'ERROR') throw error;
        return unavailable(error);
      }
    },
  };
}

/** Counters and indexes are safe integers; the driver's strings would only be parsed everywhere. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8 && format !== 'binary') return Number;
  return pg.types.getTypeParser(oid, format);
}

async function checkServer(database: Database): Promise<void> {
  const [row] = await database
    .query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
    .catch(unavailable);
  if (row === undefined || row.version < oldestServer) {
    throw new FirebreakError(
      'FB-STORAGE-VERSION',
      `The server is PostgreSQL ${Math.floor((row?.version ?? 0) / 1e4)}.`,
    );
  }
}

/** Applies the files of `migrations/` that are new, all in one transaction; refuses a database that knows other ones. */
async function migrate(database: Database): Promise<void> {
  const names = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).sort();
  await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await tx.query(
      'create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const applied = new Map(
      (await tx.query<{ name: string; checksum: string }>('select name, checksum from migration')).map((row) => [
        row.name,
        row.checksum,
      ]),
    );
    for (const name of names) {
      const text = await readFile(new URL(name, migrations), 'utf8');
      const checksum = sha256Hex(text);
      const earlier = applied.get(name);
      applied.delete(name);
      if (earlier === checksum) continue;
      if (earlier !== undefined) {
        throw new FirebreakError('FB-STORAGE-VERSION', `Migration ${name} was applied with other content.`);
      }
      await tx.query(text);
      await tx.query('insert into migration (name, checksum) values ($1, $2)', [name, checksum]);
    }
    const [unknown] = applied.keys();
    if (unknown !== undefined) {
      throw new FirebreakError('FB-STORAGE-VERSION', `A newer Firebreak applied the migration ${unknown}.`);
    }
  });
}

function unavailable(cause: unknown): never {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  throw new FirebreakError('FB-STORAGE-UNAVAILABLE', `PostgreSQL: ${why}.`, { cause });
}
