/**
 * The bytes of an entry. A record is the canonical JSON of its entry; its members sort as actor, at, blobs, body, incident,
 * incidentSeq, kind, v. All but `incidentSeq` are known before the appenders' lock is taken, so the text is made before and
 * only the number is put in under the lock.
 */
import { FirebreakError, type LedgerDraft, type LedgerEntry } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';

/** No record is longer. Readers count on it. */
export const maximumRecordBytes = 1024 * 1024;

/** A draft whose record lacks only its number. */
export interface PreparedEntry {
  readonly draft: LedgerDraft;
  readonly at: string;
  readonly head: string;
  readonly tail: string;
  /** Length of the record, give or take the digits of its number. */
  readonly bytes: number;
}

/** @throws FirebreakError `FB-LEDGER-ENTRY-REFUSED` when JSON cannot say it exactly, or in more than 1 MiB. */
export function prepareEntry(draft: LedgerDraft, at: string): PreparedEntry {
  const { actor, blobs = [], body, incident, kind } = draft;
  let head: string;
  let tail: string;
  try {
    head = `${canonicalJson({ actor, at, blobs, body, incident }).slice(0, -1)},"incidentSeq":`;
    tail = `,"kind":${canonicalJson(kind)},"v":1}`;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FirebreakError('FB-LEDGER-ENTRY-REFUSED', `${error.message}.`, { cause: error });
  }
  // The longest number has 16 digits.
  const bytes = Buffer.byteLength(head) + 16 + Buffer.byteLength(tail);
  if (bytes > maximumRecordBytes) {
    throw new FirebreakError('FB-LEDGER-ENTRY-REFUSED', `An entry has at most ${maximumRecordBytes} bytes.`);
  }
  return { draft, at, head, tail, bytes };
}

/** The exact bytes, once the number is known. */
export function recordBytes({ head, tail }: PreparedEntry, incidentSeq: number): Uint8Array {
  return Buffer.from(`${head}${incidentSeq}${tail}`);
}

/** The same as an object. */
export function entryOf({ draft, at }: PreparedEntry, incidentSeq: number): LedgerEntry {
  const { incident, kind, actor, body, blobs = [] } = draft;
  return { v: 1, at, incident, incidentSeq, kind, actor, body: { ...body }, blobs: [...blobs] };
}
