/** A real database, ledger and clock for what recovery writes down, and incidents to write it about. */
import { type SettableClock, settableClock } from '../../kernel/settable-clock.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { createLedger, type Ledger } from '../../ledger/ledger.ts';
import type { Transaction } from '../../storage/database.ts';
import { openStorage, type Storage } from '../../storage/storage.ts';
import { testServer } from '../../storage/test-database.ts';

interface TestDesk {
  readonly clock: SettableClock;
  readonly storage: Storage;
  readonly ledger: Ledger<Transaction>;
  incident(id: string): Promise<void>;
  close(): Promise<void>;
}

/** @param at ISO 8601 */
export async function testDesk(at: string): Promise<TestDesk> {
  const server = await testServer();
  const clock = settableClock(at);
  const storage = await openStorage({ url: await server.database() }, clock);
  return {
    clock,
    storage,
    ledger: createLedger({ store: storage.ledgerStore, signer: ephemeralSigner(), clock }),
    incident: (id) =>
      storage.incidentStore.transaction((tx) =>
        storage.incidentStore.create(tx, {
          id,
          title: 't',
          openedAt: clock.now().toISOString(),
          openedBy: 'ann',
          compromised: [],
          protect: 'jewel',
        }),
      ),
    async close() {
      await storage.close();
      await server.stop();
    },
  };
}
