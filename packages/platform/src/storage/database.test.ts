import { readdirSync } from 'node:fs';
import { FirebreakError } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { announce, type StorageEvent } from './events.ts';
import { openStorage } from './storage.ts';
import { testServer } from './test-database.ts';

const server = await testServer();
afterAll(() => server.stop());
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

test('many who start at once migrate once', async () => {
  const files = readdirSync(new URL('./migrations/', import.meta.url)).sort();
  const url = await server.database();
  const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(url, { connections: 2 })));
  const [first] = opened;
  const rows = await first?.query<{ name: string }>('select name from migration order by name');
  expect(rows?.map(({ name }) => name)).toEqual(files);
  for (const database of opened) await database.close();
});

test('a database of another Firebreak is left alone', async () => {
  const url = await server.database();
  const database = await openDatabase(url);
  await database.query(`insert into migration (name, checksum) values ('9999-later.sql', 'x')`);
  expect(await code(openDatabase(url))).toBe('FB-STORAGE-VERSION');
  await database.query(`delete from migration where name = '9999-later.sql'`);
  await database.query(`update migration set checksum = 'other'`);
  expect(await code(openDatabase(url))).toBe('FB-STORAGE-VERSION');
  await database.close();
});

test('a server that is not there, or lets us not in', async () => {
  const url = new URL(await server.database());
  const unknown = new URL(url);
  unknown.pathname = '/nowhere';
  expect(await code(openDatabase(unknown.href))).toBe('FB-STORAGE-UNAVAILABLE');
  const nobody = new URL(url);
  nobody.port = '1';
  expect(await code(openDatabase(nobody.href))).toBe('FB-STORAGE-UNAVAILABLE');
});

test('evidence cannot be changed, not even by a mistake of ours', async () => {
  const database = await openDatabase(await server.database());
  for (const table of ['ledger_entry', 'ledger_node', 'blob']) {
    await expect(database.query(`delete from ${table}`)).rejects.toThrow(/written once/);
  }
  await database.close();
});

test('a session that hangs in a transaction is ended by the server, and the others go on', async () => {
  const database = await openDatabase(await server.database());
  const hanging = database.transaction(async (tx) => {
    await tx.query('select * from ledger_state for update');
    await tx.query(`set local idle_in_transaction_session_timeout = '50ms'`);
    const [row] = await database.query<{ size: number }>('select size from ledger_state for update');
    expect(row?.size).toBe(0);
    await tx.query('select 1');
  });
  expect(await code(hanging)).toBe('FB-STORAGE-UNAVAILABLE');
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  await database.close();
});

test('events are heard when the transaction commits, also after the connection broke', async () => {
  const url = await server.database();
  const storage = await openStorage({ url });
  const database = await openDatabase(url);
  const heard: StorageEvent[] = [];
  const again = Promise.withResolvers<void>();
  let wake = Promise.withResolvers<void>();
  const stop = await storage.listen(
    (event) => {
      heard.push(event);
      wake.resolve();
    },
    () => again.resolve(),
  );
  await database.transaction(async (tx) => {
    await announce(tx, 'execution', ['inc_1', 'inc_1', 'inc_2']);
    await tx.query(`select pg_notify('firebreak_events', 'not json')`);
  });
  while (heard.length < 2) await wake.promise;
  expect(heard).toEqual([
    { type: 'execution', incident: 'inc_1' },
    { type: 'execution', incident: 'inc_2' },
  ]);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and query like 'listen%' and pid <> pg_backend_pid()`,
  );
  await again.promise;
  wake = Promise.withResolvers();
  await announce(database, 'plan', ['inc_3']);
  await wake.promise;
  expect(heard.at(-1)).toEqual({ type: 'plan', incident: 'inc_3' });
  await stop();
  await database.close();
  await storage.close();
});
