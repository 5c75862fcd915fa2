/** What second parties said about the log's checkpoints, on PostgreSQL. */
import { noParties, type PartySettings, type Vouching, type VouchingStore } from '../ledger/vouchers.ts';
import type { Database, Transaction } from './database.ts';

export function createVouchingStore(database: Database): VouchingStore<Transaction> {
  return {
    async settings(tx) {
      // Of the first settings there is no row yet that could be held.
      await tx?.query('lock table ledger_parties in share row exclusive mode');
      const [row] = await (tx ?? database).query<{ settings: PartySettings }>('select settings from ledger_parties');
      return row?.settings ?? noParties;
    },

    async saveSettings(settings, tx) {
      await (tx ?? database).query(
        `insert into ledger_parties (settings) values ($1) on conflict (one) do update set settings = excluded.settings`,
        [JSON.stringify(settings)],
      );
    },

    async lastSize(party) {
      const [row] = await database.query<{ size: number }>(
        'select size from ledger_vouching where party = $1 and said is not null order by size desc limit 1',
        [party],
      );
      return row?.size ?? 0;
    },

    async keep({ size, text }, said) {
      await database.transaction(async (tx) => {
        await tx.query(
          `insert into ledger_checkpoint (size, note) values ($1, $2) on conflict (size) do update set note = excluded.note`,
          [size, text],
        );
        for (const each of said) {
          await tx.query(
            `insert into ledger_vouching (size, kind, party, asked_at, seen_at, said, reason)
             values ($1, $2, $3, $4, $5, $6, $7)`,
            [
              each.size,
              each.kind,
              each.party,
              each.askedAt,
              each.seenAt,
              each.said === null ? null : Buffer.from(each.said),
              each.reason,
            ],
          );
        }
      });
    },

    latest: () =>
      database.query<Vouching>(
        `select distinct on (kind, party) size, kind, party, asked_at as "askedAt", seen_at as "seenAt", said, reason
         from ledger_vouching order by kind, party, seq desc`,
      ),

    async note() {
      const [row] = await database.query<{ size: number; text: string }>(
        'select size, note as text from ledger_checkpoint order by size desc limit 1',
      );
      return row ?? null;
    },
  };
}
