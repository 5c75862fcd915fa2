import { afterAll, afterEach, beforeAll } from 'vitest';
import { ledgerStoreConformance } from '../ledger/store-conformance.ts';
import { type Database, openDatabase } from './database.ts';
import { createLedgerStore } from './ledger-store.ts';
import { type TestServer, testServer } from './test-database.ts';
