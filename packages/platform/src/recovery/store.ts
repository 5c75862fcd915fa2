/** What recovery needs from durable storage. The implementation is PostgreSQL (`storage/recovery-store.ts`). */
import type { FollowUp, RecoveryRole, RecoveryState } from '@firebreak/contract';
import type { FactVersion, HistoryWish } from './choose/sources/source.ts';

/** What somebody, or a probe in their name, said of an item. Nothing is changed: the newest counts. */
export interface Mark {
  readonly incident: string;
  readonly item: string;
  readonly state: RecoveryState;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly note: string;
  readonly proof: string | null;
  /** What the section keeps with it: a choice, a result of a probe. Plain JSON, never a secret. */
  readonly data: unknown;
  /** Index of the ledger entry. */
  readonly entry: number;
}

/** Marks that are no items of the board: plans that recovery made, what was found out about a version, an approved image, the return. */
export const markOf = {
  plan: (digest: string) => `plan/${digest}`,
  verdict: (subject: string, version: string) => `verdict/${subject}#${version}`,
  image: (digest: string) => `image/${digest}`,
  access: 'access/returned',
} as const;

export interface SignOffRow {
  readonly incident: string;
  readonly role: RecoveryRole;
  readonly by: string;
  readonly at: string;
  readonly board: string;
  readonly entry: number;
}

export interface AttestationRow {
  readonly incident: string;
  readonly by: string;
  readonly at: string;
  readonly board: string;
  /** SHA-256 (hex) of the signed statement. */
  readonly sha256: string;
  /** The DSSE envelope as JSON text. */
  readonly envelope: string;
  readonly entry: number;
}

export type FollowUpRow = Omit<FollowUp, 'state' | 'overdue'>;

/** @typeParam Tx the handle of an open transaction, the same as the ledger store's. */
export interface RecoveryStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Nobody else changes the board of the incident until the transaction ends. */
  lock(tx: Tx, incident: string): Promise<void>;
  mark(tx: Tx, mark: Mark): Promise<void>;
  /** The newest of each item. */
  marks(incident: string): Promise<readonly Mark[]>;
  sign(tx: Tx, row: SignOffRow): Promise<void>;
  /** The newest of each role. */
  signOffs(incident: string): Promise<readonly SignOffRow[]>;
  attest(tx: Tx, row: AttestationRow): Promise<void>;
  /** The newest. */
  attestation(incident: string): Promise<AttestationRow | null>;
  openFollowUp(tx: Tx, row: FollowUpRow): Promise<void>;
  auditFollowUp(tx: Tx, id: string, audit: NonNullable<FollowUpRow['audit']>): Promise<void>;
  /** @returns false when there is no such follow-up that is open */
  closeFollowUp(tx: Tx, id: string, closed: NonNullable<FollowUpRow['closed']>): Promise<boolean>;
  /** Those due first come first; of one incident, or of all. */
  followUps(incident: string | undefined): Promise<readonly FollowUpRow[]>;
  /** What these facts were, by the collections of a set of sources, oldest first. */
  factVersions(scope: string, wishes: readonly HistoryWish[]): Promise<readonly FactVersion[]>;
}
