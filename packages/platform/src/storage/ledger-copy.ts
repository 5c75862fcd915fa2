/** Entries of the log as rows of PostgreSQL's binary COPY ("Binary Format" on its page of COPY). */
import { hashBytes } from '../ledger/merkle.ts';
import type { AppendBatch } from '../ledger/store.ts';

/** In the order of the fields below. */
export const entryColumns = 'index, incident, incident_seq, record, leaf_hash';

/** Signature, flags, and no extension of the header. */
export const copyStart: Uint8Array = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
/** Where a row would say how many fields it has. */
export const copyEnd: Uint8Array = Buffer.of(0xff, 0xff);

/** The number of fields, five lengths, two numbers of 64 bits and a hash: all of a row but incident and record. */
const fixedBytes = 2 + 5 * 4 + 2 * 8 + hashBytes;

/** The rows of a batch, one after the other: each field with its length before it, -1 for null. */
export function copyRows({ first, entries, leafHashes }: AppendBatch): Uint8Array {
  let bytes = 0;
  for (const { incident, record } of entries) {
    bytes += fixedBytes + record.length + (incident === null ? 0 : Buffer.byteLength(incident));
  }
  const rows = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const [n, { incident, incidentSeq, record }] of entries.entries()) {
    at = rows.writeInt16BE(5, at);
    at = writeNumber(rows, first + n, at);
    if (incident === null) at = rows.writeInt32BE(-1, at);
    else {
      const length = rows.write(incident, at + 4);
      rows.writeInt32BE(length, at);
      at += 4 + length;
    }
    at = writeNumber(rows, incidentSeq, at);
    at = rows.writeInt32BE(record.length, at);
    rows.set(record, at);
    at = rows.writeInt32BE(hashBytes, at + record.length);
    rows.set(leafHashes.subarray(n * hashBytes, (n + 1) * hashBytes), at);
    at += hashBytes;
  }
  return rows;
}

/** A bigint of PostgreSQL from a safe integer that is not negative. */
function writeNumber(rows: Buffer, value: number, offset: number): number {
  rows.writeInt32BE(8, offset);
  rows.writeUInt32BE(Math.floor(value / 2 ** 32), offset + 4);
  return rows.writeUInt32BE(value % 2 ** 32, offset + 8);
}
