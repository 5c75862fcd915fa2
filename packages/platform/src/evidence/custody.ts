/**
 * The chain of custody is in the ledger: one entry for every time that evidence changed hands or state, with what ISO/IEC 27037 asks
 * to be written down: who, what (by digest), when, why, where and how. Nothing of it is kept anywhere else; what is shown is read from
 * the log.
 */
import { hostname } from 'node:os';
import type { BlobRef, CustodyRecord, LedgerDraft, LedgerEntry, Snapshot } from '@firebreak/contract';

/** All that can be told of evidence; each is written by the verb of its name. */
export const custodyActs = [
  'begun',
  'taken',
  'read',
  'copied',
  'moved',
  'exported',
  'redacted',
  'held',
  'released',
  'retained',
  'expired',
  'audited',
  'destroying',
  'destroyed',
] as const;
type CustodyAct = (typeof custodyActs)[number];

/** The program that does it, with its version, and the machine: the "how" and "where" of every record. */
export interface Custodian {
  readonly tool: string;
  readonly version: string;
  readonly host: string;
}

export function custodian(version: string): Custodian {
  return { tool: 'firebreak', version, host: hostname() };
}

export interface CustodyDraft {
  readonly act: CustodyAct;
  /** Null for a file about an incident of which nothing was taken. */
  readonly snapshot: string | null;
  readonly incident: string | null;
  readonly who: string;
  readonly why: string;
  /** Digests of what it is about: a manifest page, a blob. */
  readonly what: readonly string[];
  /** Name and place of the store; the machine is added. */
  readonly store: string | null;
  /** The way in which it was done. */
  readonly method: string;
  /** One sentence for people. */
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly blobs?: readonly BlobRef[];
}

/** `when` is the time of the entry. */
export function custodyEntry(draft: CustodyDraft, { tool, version, host }: Custodian): LedgerDraft {
  const { act, snapshot, incident, who, why, what, store, method, detail, more = {}, blobs = [] } = draft;
  return {
    incident,
    kind: `custody.${act}`,
    actor: who,
    body: { snapshot, what, why, where: { host, store }, how: { tool, version, method }, detail, ...more },
    blobs,
  };
}

/** What a record about a whole snapshot says of it: its manifest, and the stores that have it. */
export function wholeOf({ id, incident, manifest, stores }: Snapshot) {
  return { snapshot: id, incident, what: manifest, store: stores.join(', ') };
}

/** The snapshot that an entry is about; undefined when it is none of custody. */
export function custodyOf({ kind, body }: LedgerEntry): string | undefined {
  return kind.startsWith('custody.') && typeof body.snapshot === 'string' ? body.snapshot : undefined;
}

/** An entry as it is shown. */
export function custodyRecord(entry: LedgerEntry, index: number): CustodyRecord {
  const where = part(entry.body.where);
  const how = part(entry.body.how);
  return {
    index,
    at: entry.at,
    act: entry.kind.slice('custody.'.length),
    who: entry.actor,
    why: text(entry.body.why),
    where: [text(where.store), text(where.host)].filter((each) => each !== '').join(' on '),
    how: `${text(how.tool)} ${text(how.version)}: ${text(how.method)}`,
    detail: text(entry.body.detail),
  };
}

function part(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
