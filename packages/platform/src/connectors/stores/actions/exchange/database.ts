/**
 * A database as levers use it: a connection for each question, with deadlines, and the statements of one step in one transaction, so that
 * all of them are carried out or none. Names are quoted by the driver; nothing is put together out of foreign text.
 */
import { type Attempt, type Change, FirebreakError, type Outcome } from '@firebreak/contract';
import pg from 'pg';
import { refused } from '../../../../exchange/outcome.ts';
import type { Exchange } from '../../../../exchange/state-change.ts';
import { addressOf, isDatabase, nameOf } from '../../live/database.ts';
import type { StoresConfig } from '../../session.ts';

const timeoutMs = 15_000;

export interface DatabaseDesk {
  readonly url: string;
  readonly signal: AbortSignal;
  /** @throws FirebreakError FB-DATABASE-UNREACHABLE, FB-DATABASE-REFUSED */
  rows<R extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<readonly R[]>;
}

export interface Statements {
  readonly verb: Change['verb'];
  readonly object: string;
  readonly sql: readonly string[];
}

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-NOT-FOUND */
export function deskOf({ session, signal }: Attempt<StoresConfig>, store: string): DatabaseDesk {
  const { from: url } = session;
  if (!isDatabase(url)) throw new FirebreakError('FB-SOURCE-READ-ONLY', 'Only a running PostgreSQL can be changed.');
  if (nameOf(url) !== store)
    throw new FirebreakError('FB-NOT-FOUND', `The step is about ${store}, the open database is ${nameOf(url)}.`);
  return {
    url,
    signal,
    async rows<R extends pg.QueryResultRow>(sql: string, values: readonly unknown[]) {
      const done = await inTransaction({ url, signal }, 'begin transaction read only', (client) =>
        client.query<R>(sql, [...values]),
      );
      if (!done.ok) throw new FirebreakError(done.code, `${addressOf(url)}: ${done.reason}`);
      return done.value.rows;
    },
  };
}

/** @param name the thing that is changed, in words */
export function databaseExchange<P extends { readonly store: string }>(
  name: (params: P) => string,
): Exchange<P, StoresConfig, DatabaseDesk, Statements> {
  return {
    desk: async (attempt, { store }) => deskOf(attempt, store),
    async send(desk, { sql }): Promise<Outcome> {
      const done = await inTransaction(desk, 'begin', async (client) => {
        for (const statement of sql) await client.query(statement);
      });
      if (done.ok) return { outcome: 'done' };
      if (done.maybe) return { outcome: 'unknown', reason: done.reason };
      return refused(done.code, done.reason, done.code === 'FB-DATABASE-UNREACHABLE');
    },
    show: ({ verb, object, sql }) => ({ verb, object, request: sql.join('; ') }),
    name,
  };
}

/** How a transaction ended. `maybe`: it was told to commit, and nobody knows whether it did. */
type Done<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: 'FB-DATABASE-UNREACHABLE' | 'FB-DATABASE-REFUSED';
      readonly reason: string;
      /** SQLSTATE, or the code of the system. */
      readonly state: string;
      readonly maybe: boolean;
    };

export async function inTransaction<T>(
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
  begin: string,
  work: (client: pg.Client) => Promise<T>,
  end: 'commit' | 'rollback' = 'commit',
): Promise<Done<T>> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'firebreak',
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    lock_timeout: 5000,
    query_timeout: timeoutMs + 1000,
  });
  // A connection that breaks also rejects the query that waits for it.
  client.on('error', () => {});
  const stop = () => void client.end().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  let committing = false;
  try {
    await client.connect();
    await client.query(begin);
    const value = await work(client);
    committing = end === 'commit';
    await client.query(end);
    return { ok: true, value };
  } catch (error) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A statement was stopped.', { cause: error });
    const state = error instanceof Error && 'code' in error ? String(error.code) : '';
    const shown = /^[A-Z0-9_]{1,30}$/.test(state) ? state : 'no code';
    // Class 08 and codes of the system are about the connection; every other SQLSTATE is the server's refusal.
    const answered = /^[0-9A-Z]{5}$/.test(state) && !state.startsWith('08') && !state.startsWith('57P');
    const reason = answered
      ? `The database refuses it (${shown}).`
      : `The connection or a statement failed (${shown}).`;
    const code = answered ? 'FB-DATABASE-REFUSED' : 'FB-DATABASE-UNREACHABLE';
    return { ok: false, code, reason, state, maybe: committing && !answered };
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => {});
  }
}
