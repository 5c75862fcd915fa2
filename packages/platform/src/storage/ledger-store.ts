/**
 * The ledger's port on PostgreSQL. A few entries are one statement, with their records in one binary parameter and their
 * lengths beside it: one way to the server and back. Many are copied in, which costs the server less than half as much for
 * each, and rows are made while it writes the ones before.
 */
import { FirebreakError } from '@firebreak/contract';
import type { AppendBatch, LedgerStore, NewNode, StoredEntry } from '../ledger/store.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { copyEnd, copyRows, copyStart, entryColumns } from './ledger-copy.ts';

/** From so many entries in the first batch on, copying is worth its second way to the server. */
const manyEntries = 100;
/** A page ends when its records pass this many bytes. */
const pageBytes = 4 * 1024 * 1024;

export function createLedgerStore(database: Database): LedgerStore<Transaction> {
  async function page(text: string, values: readonly unknown[]): Promise<readonly StoredEntry[]> {
    return database.query<StoredEntry>(text, values);
  }

  return {
    transaction: (work) => database.transaction(work),

    async lockForAppend(tx, incidents) {
      const [state] = await tx.query<{ size: number; frontier: Buffer }>(
        'select size, frontier from ledger_state for update',
      );
      if (state === undefined) throw new FirebreakError('FB-INTERNAL', 'The log has lost its state row.');
      // a statement of its own: its snapshot must be younger than the lock
      const rows = await tx.query<{ next: number }>(
        // two branches, because no index serves "is not distinct from"
        `select coalesce(case when asked.incident is null
             then (select e.incident_seq + 1 from ledger_entry e
                   where e.incident is null order by e.incident_seq desc limit 1)
             else (select e.incident_seq + 1 from ledger_entry e
                   where e.incident = asked.incident order by e.incident_seq desc limit 1) end, 0)::bigint as next
         from unnest($1::text[]) with ordinality as asked (incident, at)
         order by asked.at`,
        [incidents],
      );
      return { size: state.size, frontier: state.frontier, nextSeqs: rows.map(({ next }) => next) };
    },

    async append(tx, batches) {
      const made = batches[Symbol.iterator]();
      let next = made.next();
      if (next.done !== true && next.value.entries.length >= manyEntries) {
        await copyBatches(tx, next.value, made);
        return;
      }
      for (; next.done !== true; next = made.next()) await insertBatch(tx, next.value);
    },

    async size() {
      const [row] = await database.query<{ size: number }>('select size from ledger_state');
      return row?.size ?? 0;
    },

    async hashes(level, start, count) {
      const rows =
        level === 0
          ? await database.query<{ hash: Buffer }>(
              'select leaf_hash as hash from ledger_entry where index >= $1 and index < $2 order by index',
              [start, start + count],
            )
          : await database.query<{ hash: Buffer }>(
              'select hash from ledger_node where level = $1 and index >= $2 and index < $3 order by index',
              [level, start, start + count],
            );
      if (rows.length !== count) throw new RangeError(`no ${count} hashes at level ${level} from ${start} on`);
      return Buffer.concat(rows.map(({ hash }) => hash));
    },

    entries: (from, limit) =>
      page(
        `select index, record from (
           select index, record, sum(length(record)) over (order by index) - length(record) as before
           from ledger_entry where index >= $1 order by index limit $2
         ) as page where before < $3 order by index`,
        [from, limit, pageBytes],
      ),

    incidentEntries: (incident, fromSeq, limit) =>
      page(
        `select index, record from (
           select index, incident_seq, record, sum(length(record)) over (order by incident_seq) - length(record) as before
           from ledger_entry where ${incident === null ? 'incident is null and $1::text is null' : 'incident = $1'}
             and incident_seq >= $2 order by incident_seq limit $3
         ) as page where before < $4 order by incident_seq`,
        [incident, fromSeq, limit, pageBytes],
      ),

    putBlob: (sha256, bytes, tx) => putBlobs(tx ?? database, [{ sha256, bytes }]),

    async blobSizes(sha256s, tx) {
      const rows = await (tx ?? database).query<{ sha256: string; size: number }>(
        'select sha256, length(bytes) as size from blob where sha256 = any($1)',
        [sha256s],
      );
      return new Map(rows.map(({ sha256, size }) => [sha256, size]));
    },

    async getBlob(sha256) {
      const [row] = await database.query<{ bytes: Buffer }>('select bytes from blob where sha256 = $1', [sha256]);
      return row?.bytes;
    },
  };
}

async function insertBatch(tx: Transaction, batch: AppendBatch): Promise<void> {
  const { first, entries, leafHashes, nodes, frontier } = batch;
  await tx.query(
    `with piece as (
       select at, incident, seq, length, sum(length) over (order by at) - length as skip
       from unnest($6::text[], $7::bigint[], $8::int[]) with ordinality as piece (incident, seq, length, at)
     ), entry as (
       insert into ledger_entry (index, incident, incident_seq, record, leaf_hash)
       select $9::bigint + at - 1, incident, seq,
              substring($10::bytea from skip::int + 1 for length), substring($11::bytea from at::int * 32 - 31 for 32)
       from piece
     ), ${newPosition}`,
    [
      ...positionValues(first + entries.length, frontier, nodes),
      entries.map(({ incident }) => incident),
      entries.map(({ incidentSeq }) => incidentSeq),
      entries.map(({ record }) => record.length),
      first,
      joined(entries.map(({ record }) => record)),
      joined([leafHashes]),
    ],
  );
}

/** Asks for a batch when the server has taken the one before, so that it writes while the next one is hashed. */
async function copyBatches(tx: Transaction, first: AppendBatch, more: Iterator<AppendBatch, unknown>): Promise<void> {
  const nodes: NewNode[] = [];
  let last = first;
  function* rows(): Generator<Uint8Array> {
    yield copyStart;
    for (;;) {
      yield copyRows(last);
      nodes.push(...last.nodes);
      const next = more.next();
      if (next.done === true) break;
      last = next.value;
    }
    yield copyEnd;
  }
  await tx.copyIn(`copy ledger_entry (${entryColumns}) from stdin (format binary)`, rows());
  const size = last.first + last.entries.length;
  await tx.query(`with ${newPosition}`, positionValues(size, last.frontier, nodes));
}

/** What an append does beside its entries: the nodes that it has completed, and where the log stands then. */
const newPosition = `node as (
    insert into ledger_node (level, index, hash)
    select level, index, substring($5::bytea from at::int * 32 - 31 for 32)
    from unnest($3::smallint[], $4::bigint[]) with ordinality as node (level, index, at)
  )
  update ledger_state set size = $1::bigint, frontier = $2`;

function positionValues(size: number, frontier: Uint8Array, nodes: readonly NewNode[]): unknown[] {
  return [
    size,
    joined([frontier]),
    nodes.map(({ level }) => level),
    nodes.map(({ index }) => index),
    joined(nodes.map(({ hash }) => hash)),
  ];
}

/** Keeps blobs in one statement. In the order of their digests, so that two transactions never wait for each other. */
export async function putBlobs(
  to: Queryable,
  blobs: readonly { readonly sha256: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  if (blobs.length === 0) return;
  const distinct = [...new Map(blobs.map((blob) => [blob.sha256, blob.bytes]))].sort(([a], [b]) => (a < b ? -1 : 1));
  await to.query(
    `insert into blob (sha256, bytes)
     select sha256, substring($3::bytea from (sum(length) over (order by at) - length)::int + 1 for length)
     from unnest($1::text[], $2::int[]) with ordinality as piece (sha256, length, at)
     order by at
     on conflict do nothing`,
    [distinct.map(([sha256]) => sha256), distinct.map(([, bytes]) => bytes.length), joined(distinct.map(([, b]) => b))],
  );
}

/** One Buffer for one binary parameter. The driver takes a Buffer as it is; any other view it would copy oddly. */
function joined(pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(pieces);
}
