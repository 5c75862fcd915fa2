import { afterAll, afterEach } from 'vitest';
import { ledgerStoreConformance } from '../ledger/store-conformance.ts';
import { type Database, openDatabase } from './database.ts';
import { createLedgerStore } from './ledger-store.ts';
import { testServer } from './test-database.ts';

const server = await testServer();
const open: Database[] = [];

afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
});
afterAll(() => server.stop());

ledgerStoreConformance(async () => {
  const database = await openDatabase(await server.database());
  open.push(database);
  return createLedgerStore(database);
});
