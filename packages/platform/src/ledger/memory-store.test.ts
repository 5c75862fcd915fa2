import { describe, expect, test } from 'vitest';
import { memoryLedgerStore } from './memory-store.ts';
import { ledgerStoreConformance } from './store-conformance.ts';

describe('the memory store', () => {
  ledgerStoreConformance(async () => memoryLedgerStore());
});

test("another twin's changes happen with the ledger's, or not at all", async () => {
  const store = memoryLedgerStore();
  const done: string[] = [];
  await store.transaction(async (tx) => {
    tx.onCommit.push(() => done.push('committed'));
  });
  await expect(
    store.transaction(async (tx) => {
      tx.onCommit.push(() => done.push('never'));
      throw new Error('surprise');
    }),
  ).rejects.toThrow('surprise');
  expect(done).toEqual(['committed']);
});

test('a transaction handle dies with its transaction', async () => {
  const store = memoryLedgerStore();
  const leaked = await store.transaction(async (tx) => tx);
  await expect(store.lockForAppend(leaked, [])).rejects.toThrow('has ended');
});
